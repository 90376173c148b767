/** What a failure of a driver is about. */
export type FailureKind =
  | 'unreachable'
  | 'authentication'
  | 'ssl'
  | 'permission'
  | 'database'
  | 'lost'
  | 'conflict'
  | 'locked'
  | 'timeout'
  | 'full'
  | 'row'
  | 'table'
  | 'query'
  | 'failed'

/** What drivers throw. */
export interface DriverError {
  readonly message?: string
  readonly code?: unknown
  readonly errno?: unknown
}

/** What went wrong on the way to a server, by Node's names. */
const named: Readonly<Record<string, FailureKind>> = {
  ECONNREFUSED: 'unreachable',
  ENOTFOUND: 'unreachable',
  EAI_AGAIN: 'unreachable',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  ETIMEDOUT: 'unreachable',
  ECONNRESET: 'lost',
  EPIPE: 'lost',
}

const ssl = /does not support SSL|certificate|self-signed|SSL (connection|routines)|no encryption/i

/** Drivers and pools say some things in words only. */
const words: readonly (readonly [RegExp, FailureKind])[] = [
  [/timeout expired|timeout exceeded when trying to connect|Timeout acquiring a connection/i, 'unreachable'],
  [/Connection terminated|closed state|Connection ended|connection is closed|not queryable/i, 'lost'],
  [/No space left/, 'full'],
]

/** What a failure of a driver is about. @param known What only this database says so */
export function failureKind(error: unknown, known: (error: DriverError) => FailureKind | undefined): FailureKind {
  if (typeof error !== 'object' || error === null) return 'failed'
  const failure: DriverError = error
  const { message = '', code } = failure
  if (ssl.test(message)) return 'ssl'
  return (
    (typeof code === 'string' ? named[code] : undefined) ??
    known(failure) ??
    words.find(([pattern]) => pattern.test(message))?.[1] ??
    'failed'
  )
}

/** The kind of the first pattern that a failure's words have. */
export function kindByWords(
  { message = '' }: DriverError,
  patterns: readonly (readonly [RegExp, FailureKind])[],
): FailureKind | undefined {
  return patterns.find(([pattern]) => pattern.test(message))?.[1]
}

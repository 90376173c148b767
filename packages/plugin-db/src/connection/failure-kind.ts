/** The kind of a driver's failure. */
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

/** The errors of drivers. */
export interface DriverError {
  readonly message?: string
  readonly code?: unknown
  readonly errno?: unknown
}

/** Failures of the network, by Node's codes. */
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

/** Drivers and pools report some failures only by a message. */
const words: readonly (readonly [RegExp, FailureKind])[] = [
  [/timeout expired|timeout exceeded when trying to connect|Timeout acquiring a connection/i, 'unreachable'],
  [/Connection terminated|closed state|Connection ended|connection is closed|not queryable/i, 'lost'],
  [/No space left/, 'full'],
]

/** Classifies a driver's failure. @param known The codes of this database */
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

/** The kind of the first pattern that matches a failure's message. */
export function kindByWords(
  { message = '' }: DriverError,
  patterns: readonly (readonly [RegExp, FailureKind])[],
): FailureKind | undefined {
  return patterns.find(([pattern]) => pattern.test(message))?.[1]
}

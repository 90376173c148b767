import { MaestroError } from './maestro-error.js'

/** One entry of an error table: it makes the message and the hint from the details. */
export interface ErrorEntry<Details> {
  /** What happened, with the value that caused it. */
  readonly message: (details: Details) => string
  /** What the user can do about it. */
  readonly hint: (details: Details) => string
  /** Whether the same call may succeed when it is repeated. @default false */
  readonly retryable?: boolean
  /**
   * Whether it is useless to continue with other rows: the run then stops instead of rejecting the row. @default false
   */
  readonly stopsRun?: boolean
}

/** A table of errors by code. The documentation page of the codes is generated from it. */
// biome-ignore lint/suspicious/noExplicitAny: each entry has details of its own; the function below recovers their type
export type ErrorTable = Readonly<Record<string, ErrorEntry<any>>>

/** The details that an entry of a table needs. */
export type DetailsOf<Table extends ErrorTable, Code extends keyof Table> =
  Parameters<Table[Code]['message']> extends [infer Details, ...unknown[]] ? Details : Readonly<Record<string, never>>

/** Creates a MaestroError of one table from its code and details. */
export type ErrorFactory<Table extends ErrorTable> = <Code extends keyof Table & string>(
  code: Code,
  details: DetailsOf<Table, Code>,
  cause?: unknown,
) => MaestroError

/**
 * Turns a table of errors into a function that creates them. A wrong code or wrong details do not compile.
 *
 * @example
 * const fsError = defineErrors({
 *   MAESTRO_FS_FORMAT_UNKNOWN: {
 *     message: (d: { path: string }) => `The format of ${d.path} is unknown.`,
 *     hint: () => 'Name one with the option `format`.',
 *   },
 * })
 * throw fsError('MAESTRO_FS_FORMAT_UNKNOWN', { path: 'a.xyz' })
 */
export function defineErrors<const Table extends ErrorTable>(table: Table): ErrorFactory<Table> {
  return (code, details, cause) => {
    const entry = table[code] as ErrorEntry<unknown>
    return new MaestroError({
      code,
      message: entry.message(details),
      hint: entry.hint(details),
      details: details as Record<string, unknown>,
      retryable: entry.retryable,
      stopsRun: entry.stopsRun,
      cause,
    })
  }
}

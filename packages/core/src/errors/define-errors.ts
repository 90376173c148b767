import { MaestroError } from './maestro-error.js'

/** One row of a table of errors: how the message and the hint are made from the details. */
export interface ErrorEntry<Details> {
  /** What happened, with the value it happened to. */
  readonly message: (details: Details) => string
  /** What to do about it. */
  readonly hint: (details: Details) => string
  /** Whether the same call may succeed when made again. @default false */
  readonly retryable?: boolean
  /** Whether going on with other rows is of no use: the run stops instead of rejecting the row. @default false */
  readonly stopsRun?: boolean
}

/** A table of errors by code. The documentation page of codes is generated from it. */
// biome-ignore lint/suspicious/noExplicitAny: each entry has details of its own; the function below recovers their type
export type ErrorTable = Readonly<Record<string, ErrorEntry<any>>>

/** The details that an entry of a table asks for. */
export type DetailsOf<Table extends ErrorTable, Code extends keyof Table> =
  Parameters<Table[Code]['message']> extends [infer Details, ...unknown[]] ? Details : Readonly<Record<string, never>>

/** Makes a MaestroError of one table from its code and details. */
export type ErrorFactory<Table extends ErrorTable> = <Code extends keyof Table & string>(
  code: Code,
  details: DetailsOf<Table, Code>,
  cause?: unknown,
) => MaestroError

/**
 * Turns a table of errors into the function that makes them, so that a wrong code or wrong details do not compile.
 *
 * @example
 * const fsError = defineErrors({
 *   MAESTRO_FS_FORMAT_UNKNOWN: {
 *     message: (d: { path: string }) => `The format of ${d.path} is not known.`,
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

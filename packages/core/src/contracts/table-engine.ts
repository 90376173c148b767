import type { MaestroError } from '../errors/maestro-error.js'
import type { ParquetOutput } from './parquet-output.js'
import type { ColumnSet, Columns, Row, RowId } from './row.js'
import type { ParquetFiles } from './source.js'

/** One column to sort by. */
export interface SortKey {
  readonly column: string
  readonly descending?: boolean
  /** The position of rows without a value. @default 'last' */
  readonly nulls?: 'first' | 'last'
}

/**
 * An operation on a table, as data. All operations except `aggregate` and `window` choose and order rows and leave each
 * row unchanged. An expression is an SQL expression over the columns, without subqueries and without access to files or the
 * network.
 */
export type TableStatement =
  | {
      readonly kind: 'filter'
      readonly where: string
      /** Values for the `$name`s in the expression. They are bound and never read as SQL. */
      readonly params?: Readonly<Record<string, string | number | boolean | null>>
    }
  | { readonly kind: 'sort'; readonly by: readonly SortKey[] }
  | { readonly kind: 'limit'; readonly count: number; readonly offset?: number }
  | ({
      readonly kind: 'sample'
      readonly seed: number
      /** The columns that form groups, from each of which the count or the fraction is taken. @default one group */
      readonly by?: readonly string[]
    } & ({ readonly count: number } | { readonly fraction: number }))
  | { readonly kind: 'dedupe'; readonly by: readonly string[]; readonly keep: 'first' | 'last' }
  | { readonly kind: 'aggregate'; readonly by: readonly string[]; readonly values: Readonly<Record<string, string>> }
  | ({ readonly kind: 'window' } & WindowStatement)

/** Adds columns to each row that are computed from the rows around it. The rows, their ids, and their order stay. */
export interface WindowStatement {
  /** The columns that form the groups within which the rows see each other. @default one group */
  readonly by: readonly string[]
  /** The order of the rows within a group. @default the order of the input */
  readonly orderBy: readonly SortKey[]
  /**
   * The rows around a row that an aggregate sees. @default with an order, those up to the row; without one, the whole
   * group
   */
  readonly frame?: WindowFrame | undefined
  /** The added columns, as SQL expressions that may contain window functions. */
  readonly values: Readonly<Record<string, string>>
}

/** The number of rows before and after a row that are seen with it. */
export interface WindowFrame {
  readonly before: number | 'all'
  readonly after: number | 'all'
}

/** A file of rows as text, one per line. */
export interface TableFile {
  readonly path: string
  /** `step`: lines are `{"id":...,"row":{...}}`; `rows`: lines are bare rows and ids are `${idPrefix}${line number from 1}`. */
  readonly format: 'step' | 'rows'
  readonly idPrefix?: string
}

/** What a statement does to columns, found by preparing it against a typed table without rows. */
export interface PreparedStatement {
  /**
   * The faults of the statement: unknown columns, wrong types, invalid expressions. If the list is empty, the statement
   * can run.
   */
  readonly faults: readonly MaestroError[]
  /** The columns that the statement reads. */
  readonly reads: readonly string[]
  /** The columns of the result, if they are others than those of the input. */
  readonly columns?: Columns
  /** The columns that the result has in addition to those of the input. */
  readonly adds?: Columns
}

/** Ids of rows: each by itself or, which costs less for many, one prefix with the numbers that follow it. */
export type IdList = readonly RowId[] | { readonly prefix: string; readonly numbers: Float64Array }

/** Rows that a statement left out. */
export interface LeftOutRows {
  readonly ids: IdList
  /** The rows that were kept in their place, in the same order; undefined for rows that were dropped. */
  readonly into?: IdList | undefined
  /** Why the statement dropped them, for people. */
  readonly reason?: string | undefined
}

/** Statements that a table engine runs over files. */
export interface TableRequest {
  readonly input: readonly TableFile[]
  readonly columns: ColumnSet
  readonly statements: readonly TableStatement[]
  readonly output: TableFile
  /** Receives the lines that are not JSON, or whose values do not match the columns' types, as they are found. */
  readonly reject: (row: { readonly id: string; readonly row: unknown; readonly error: MaestroError }) => void
  /**
   * Receives the rows that the statements left out, for the ledger of the run. An engine may leave it out for
   * `aggregate`, where all rows become part of their group.
   */
  readonly leftOut?: ((rows: LeftOutRows) => void) | undefined
  /** Receives about how many rows of the input have been read so far, some times a second, for the display of the run. */
  readonly read?: ((rows: number) => void) | undefined
  readonly signal: AbortSignal
  /** For temporary files. */
  readonly directory: string
}

/** A request to run consecutive statements, each of which is a step of its own. */
export interface TableChainRequest extends Omit<TableRequest, 'reject' | 'leftOut'> {
  /** As in a request of one step. @param statement The index of the statement at which the row failed. */
  readonly reject: (row: Parameters<TableRequest['reject']>[0], statement: number) => void
  /** As in a request of one step. @param statement The index of the statement that left out the rows. */
  readonly leftOut?: ((rows: LeftOutRows, statement: number) => void) | undefined
  /** Receives the first rows after each statement but the last, at most as many as `rows`, for the report of the run. */
  readonly firstRows?:
    | {
        readonly rows: number
        readonly receive: (rows: readonly { readonly id: RowId; readonly row: Row }[], statement: number) => void
      }
    | undefined
  /** Receives the counts of each statement when its rows are known, before they are written. */
  readonly progress?: ((counts: TableCounts, statement: number) => void) | undefined
}

/** A request to run consecutive statements over the rows of Parquet files. The output is a step file. */
export interface TableParquetRequest extends Omit<TableChainRequest, 'input' | 'reject' | 'read'> {
  readonly input: ParquetFiles
  /**
   * A Parquet file that gets the rows instead of `output`. `firstRows` then receives those after the last statement, too.
   * An engine that cannot write it returns undefined; it may leave anything at the path.
   */
  readonly parquet?: ParquetOutput | undefined
}

/** A request to convert files. */
export interface ParquetConversion<Input, Output> {
  readonly input: Input
  readonly output: Output
  readonly signal: AbortSignal
  /** For temporary files. */
  readonly directory: string
}

/** Counts of one request: rowsIn = rowsOut + dropped + merged + rejected, less `created`. */
export interface TableCounts {
  readonly rowsIn: number
  readonly rowsOut: number
  readonly rejected: number
  /** Rows that a filter, limit, or sample left out. */
  readonly dropped: number
  /** Rows that became part of another row: duplicates, members of a group. */
  readonly merged: number
  /** Rows that did not exist before: groups. */
  readonly created: number
}

/** Runs table statements over files of rows as text. */
export interface TableEngine {
  readonly name: string
  /** Checks statements against typed columns without reading rows. */
  prepare(statements: readonly TableStatement[], columns: ColumnSet): Promise<PreparedStatement>
  execute(request: TableRequest): Promise<TableCounts>
  /**
   * Runs consecutive statements without writing the rows between them, and returns the counts of each. Without it, each
   * step is a request of its own, whose rows are written to a file for the next.
   */
  executeChain?(request: TableChainRequest): Promise<readonly TableCounts[]>
  /**
   * Runs consecutive statements over Parquet files, of which it reads only the columns that it needs, and returns the counts
   * of each. It returns undefined, and has reported nothing, if a value or a file is not as expected; the rows are then
   * read by their source, which can say why.
   */
  executeOnParquet?(request: TableParquetRequest): Promise<readonly TableCounts[] | undefined>
  /**
   * Writes the rows of Parquet files as a step file, with the same ids and values as from their source. It returns undefined
   * if a value or a file is not as expected; the rows are then read by their source, which can say why.
   */
  readParquet?(request: ParquetConversion<ParquetFiles, TableFile>): Promise<number | undefined>
  /**
   * Writes the rows of a step file as a Parquet file from which the same values are read. It returns undefined if it does not
   * know that it can, such as for columns of unknown types; the sink then writes the rows.
   *
   * @returns the number of rows
   */
  writeParquet?(
    request: ParquetConversion<TableFile, ParquetOutput> & { readonly columns: ColumnSet },
  ): Promise<number | undefined>
  dispose(): Promise<void>
}

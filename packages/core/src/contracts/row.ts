/** A row: a plain object of columns. */
export type Row = Readonly<Record<string, unknown>>

/**
 * A row's identity through the whole run. Of a source row: its key column, or source, file and ordinal;
 * of a child: parent/step/k; of a group: made from its key.
 */
export type RowId = string

/** Rows in order with their ids beside them: an envelope, not a column. `ids[i]` is the id of `rows[i]`. */
export interface Batch<R = Row> {
  readonly ids: readonly RowId[]
  readonly rows: readonly R[]
}

/** What a column holds. `unknown` is anything: the plan knows the name and not the type. */
export type ColumnType =
  | 'string'
  | 'number'
  | 'integer'
  | 'bigint'
  | 'boolean'
  | 'date'
  | 'bytes'
  | 'vector'
  | 'json'
  | 'unknown'

/** The TypeScript type of a column of each `ColumnType`. */
export interface ColumnValue {
  string: string
  number: number
  integer: number
  bigint: bigint
  boolean: boolean
  date: Date
  bytes: Uint8Array
  vector: Float32Array
  json: unknown
  unknown: unknown
}

/** Column names and their types, in order. */
export type Columns = Readonly<Record<string, ColumnType>>

/**
 * The columns that a plan knows at one point of a pipeline. When `open`, rows may hold others too:
 * after a function step or a source without declared columns.
 */
export interface ColumnSet {
  readonly columns: Columns
  readonly open: boolean
}

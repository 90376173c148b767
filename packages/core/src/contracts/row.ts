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

/** The types of columns. */
export const columnTypes = [
  'string',
  'number',
  /** A whole number up to 2^53. */
  'integer',
  /** A whole number of any size. */
  'bigint',
  /** A decimal number as text with all its digits, such as "12.50"; it is compared as a number. */
  'decimal',
  'boolean',
  'date',
  'bytes',
  'vector',
  'json',
  /** Anything: the plan knows the name and not the type. */
  'unknown',
] as const

/**
 * What a column holds, besides null. A type is a promise about every value: where values of several types may stand, it is
 * `unknown`, and values are compared by what they are.
 */
export type ColumnType = (typeof columnTypes)[number]

/** The TypeScript type of a column of each `ColumnType`. */
export interface ColumnValue {
  string: string
  number: number
  integer: number
  bigint: bigint
  decimal: string
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

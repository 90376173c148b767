/** A row: a plain object of columns. */
export type Row = Readonly<Record<string, unknown>>

/**
 * The identity of a row during the whole run. For a source row, it is its key column, or its source, file, and
 * position; for a child, parent/step/k; for a group, it follows from the group's key.
 */
export type RowId = string

/** Rows in order, with their ids beside them and not in a column. `ids[i]` is the id of `rows[i]`. */
export interface Batch<R = Row> {
  readonly ids: readonly RowId[]
  readonly rows: readonly R[]
}

/** The types of columns. */
export const columnTypes = [
  'string',
  'number',
  /** A whole number up to 2^53. A sum that exceeds it is a big integer. */
  'integer',
  /** A whole number of any size. */
  'bigint',
  /** A decimal number as text with all its digits, such as "12.50". It is compared as a number. */
  'decimal',
  'boolean',
  'date',
  'bytes',
  'vector',
  'json',
  /** Anything: the plan knows the name but not the type. */
  'unknown',
] as const

/**
 * What a column holds, besides null. A type is a promise about every value. A column whose values may have several
 * types is `unknown`, and its values are compared by their own types.
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
 * The columns that a plan knows at one point of a pipeline. If `open`, rows may hold further columns: after a function
 * step, or from a source without declared columns.
 */
export interface ColumnSet {
  readonly columns: Columns
  readonly open: boolean
  /** The columns that arrive as texts although their type has rules of its own, such as a duration of a database. */
  readonly foreignTexts?: Readonly<Record<string, ForeignText>>
}

/** A type of another system whose values are texts here, and which orders them otherwise than texts. */
export interface ForeignText {
  /** Its name there. */
  readonly type: string
  /** Whether different texts can be equal values. @default false */
  readonly isAmbiguous?: boolean
}

import type { ColumnType, ForeignText } from '@maestro-dataflow/core'

/** The kinds of values that a database column holds. The table of types in docs/databases.md lists them. */
export type ValueKind =
  | 'text'
  | 'integer'
  | 'bigint'
  | 'number'
  | 'decimal'
  | 'boolean'
  /** A point in time. */
  | 'timestamp'
  /** A date and time of day without a zone; it is read as UTC. */
  | 'local'
  /** A day. */
  | 'day'
  | 'bytes'
  | 'bits'
  | 'json'
  | 'vector'
  /** A type that is not in the table: the driver returns it as text. */
  | 'other'

/** The properties of a column's values. */
export interface ColumnKind {
  readonly kind: ValueKind
  /** Whether they are lists of that kind. */
  readonly list?: boolean
  /** Why its order differs from the order in which the database compares its values, if it does. */
  readonly unordered?: string
  /** Whether the database guarantees that every value is of the kind, if it does not always. */
  readonly strict?: boolean
  /** What its values are in the database, if they are texts here that it compares otherwise. */
  readonly foreign?: ForeignText
  /** Whether decimals are stored as texts, because the database itself has only numbers. */
  readonly asText?: boolean
  /** What the column would change silently, apart from its kind. */
  readonly limits?: Limits
}

/** How a database writes amounts of money. */
export interface MoneyFormat {
  /** The digits after the point. */
  readonly digits: number
  /** What stands between them and the digits before. */
  readonly point: string
}

/** What a column preserves; the database would round or cut anything beyond. */
export interface Limits {
  /** Digits after the point; negative if the last digits before it are rounded. */
  readonly scale?: number
  /** Digits of the fraction of a second. */
  readonly fraction?: number
  /** Characters of a text. */
  readonly characters?: number
  /** Bytes of a text. */
  readonly bytes?: number
  /** The number of bytes; shorter values are padded. */
  readonly fixedBytes?: number
  /** Whether numbers have 32 bits. */
  readonly single?: boolean
  /** Whether blanks at the end of a text are lost. */
  readonly trims?: boolean
  /** Whether a text of digits becomes a number. */
  readonly numeric?: boolean
  /** Whether an integer beyond 64 bits becomes a number with fewer digits. */
  readonly integers64?: boolean
  /** Whether the column holds years; two-digit years change. */
  readonly year?: boolean
  /** Whether the column holds times of day, and interprets other texts. */
  readonly clock?: boolean
  /** Whether the column holds times or durations as text, and interprets a number without a unit. */
  readonly units?: boolean
  /** How the database writes amounts, if the column holds money. */
  readonly amounts?: MoneyFormat
  /** Whether a negative number becomes a large one. */
  readonly unsigned?: boolean
  /** The texts that the column can hold; it reads others as numbers of these. */
  readonly members?: readonly string[]
  /** Whether it can hold several members, in their order. */
  readonly many?: boolean
}

/** The type that every value of a kind has in rows. */
export function columnTypeOf({ kind, list = false }: ColumnKind): ColumnType {
  return list ? 'json' : types[kind]
}

const types: Readonly<Record<ValueKind, ColumnType>> = {
  text: 'string',
  integer: 'integer',
  bigint: 'bigint',
  number: 'number',
  decimal: 'decimal',
  boolean: 'boolean',
  timestamp: 'date',
  local: 'date',
  day: 'date',
  bytes: 'bytes',
  bits: 'bigint',
  json: 'json',
  vector: 'vector',
  other: 'unknown',
}

import type { ColumnType } from '@maestro-dataflow/core'

/** What a column of a database holds. The table of types in docs/databases.md is made of these. */
export type ValueKind =
  | 'text'
  | 'integer'
  | 'bigint'
  | 'number'
  | 'decimal'
  | 'boolean'
  /** A point in time. */
  | 'timestamp'
  /** A date and time of day without a zone; it is taken as UTC. */
  | 'local'
  /** A day. */
  | 'day'
  | 'bytes'
  | 'bits'
  | 'json'
  | 'vector'
  /** A type that is not in the table: as the driver gives it, which is text. */
  | 'other'

/** What the values of a column are. */
export interface ColumnKind {
  readonly kind: ValueKind
  /** Whether they are lists of that kind. */
  readonly list?: boolean
  /** Why its order is not that in which the database compares its values with others, where it is not. */
  readonly unordered?: string
  /** Whether the database sees to it that every value is of the kind, where it does not always. */
  readonly strict?: boolean
  /** What the column would change silently, beyond its kind. */
  readonly limits?: Limits
}

/** What a column keeps as it is; the database would round or cut what is beyond. */
export interface Limits {
  /** Digits after the point; negative where the last digits before it are rounded. */
  readonly scale?: number
  /** Digits of a second's fraction. */
  readonly fraction?: number
  /** Characters of a text. */
  readonly characters?: number
  /** Bytes of a text. */
  readonly bytes?: number
  /** How many bytes there are; fewer are filled up. */
  readonly fixedBytes?: number
  /** Whether numbers have 32 bits. */
  readonly single?: boolean
  /** Whether blanks at the end of a text are lost. */
  readonly trims?: boolean
  /** Whether a text of digits becomes a number. */
  readonly numeric?: boolean
  /** Whether an integer beyond 64 bits becomes a number with fewer digits. */
  readonly integers64?: boolean
  /** Whether the column holds years; those of two digits become others. */
  readonly year?: boolean
  /** Whether the column holds times of day, and reads other texts in its own way. */
  readonly clock?: boolean
  /** Whether the column holds times or durations as text, and takes a number without a unit for one of its own. */
  readonly units?: boolean
  /** Whether the column holds amounts of money, and takes an empty text for none. */
  readonly amounts?: boolean
  /** Whether a negative number becomes a large one. */
  readonly unsigned?: boolean
  /** The texts that the column can hold; it takes others for numbers of these. */
  readonly members?: readonly string[]
  /** Whether several members may stand in it, in their order. */
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

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

/** A kind, or a list of its values as PostgreSQL has them. */
export interface ColumnKind {
  readonly kind: ValueKind
  readonly list?: boolean
}

/** The column type that values of a kind have in rows. */
export const columnTypeOf: Readonly<Record<ValueKind, ColumnType>> = {
  text: 'string',
  integer: 'integer',
  bigint: 'bigint',
  number: 'number',
  decimal: 'string',
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

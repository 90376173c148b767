import type { ColumnType } from '@maestro-dataflow/core'

/**
 * The kinds that the engine distinguishes among the values of a column. There are more kinds than column types: if the
 * plan does not know a type, the engine examines the values.
 */
export type Kind =
  | ColumnType
  /** Integers of more than 128 bits. */
  | 'wide'
  /** Invalid dates. */
  | 'invalid'
  /** Text that contains half a character, which SQL cannot hold. */
  | 'broken'
  /** Values of several kinds, or of a kind that SQL cannot order. */
  | 'mixed'

/** The SQL type of each kind in an expression. */
export const sqlTypes: Readonly<Record<Kind, string>> = {
  string: 'VARCHAR',
  number: 'DOUBLE',
  integer: 'BIGINT',
  bigint: 'HUGEINT',
  wide: 'BIGNUM',
  decimal: 'DECIMAL(38,10)',
  boolean: 'BOOLEAN',
  date: 'TIMESTAMP',
  json: 'JSON',
  bytes: 'BLOB',
  vector: 'FLOAT[]',
  invalid: 'TIMESTAMP',
  broken: 'VARCHAR',
  mixed: 'JSON',
  unknown: 'VARCHAR',
}

/** The possible kinds of a column of unknown type, the most common first. */
export const guesses: readonly Kind[] = ['string', 'number', 'bigint', 'date', 'boolean', 'json']

import type { ColumnType } from '@maestro-dataflow/core'

/**
 * What the engine takes the values of a column for. More than the types of columns: where the plan does not know a type, the
 * engine looks at the values.
 */
export type Kind =
  | ColumnType
  /** Whole numbers of more than 128 bits. */
  | 'wide'
  /** A date that is none. */
  | 'invalid'
  /** Text with half a character in it, which SQL cannot hold. */
  | 'broken'
  /** Values of several kinds, or of one for which SQL has no order of its own. */
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

/** What a column of which nothing is known may be, the most usual first. */
export const guesses: readonly Kind[] = ['string', 'number', 'bigint', 'date', 'boolean', 'json']

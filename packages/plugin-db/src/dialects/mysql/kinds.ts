import type { ValueKind } from '../../values/value-kind.js'

/** What the server says of a column of a query. */
export interface FieldDescription {
  readonly name: string
  readonly columnType: number | undefined
  readonly columnLength: number | undefined
  readonly characterSet: number | undefined
  /** MariaDB says here that a text is JSON. */
  readonly extendedFormat: string | undefined
}

/** By the name of a type, for columns of tables. */
export const kindsByName: ReadonlyMap<string, ValueKind> = new Map([
  ['tinyint', 'integer'],
  ['smallint', 'integer'],
  ['mediumint', 'integer'],
  ['int', 'integer'],
  ['year', 'integer'],
  ['bigint', 'bigint'],
  ['float', 'number'],
  ['double', 'number'],
  ['decimal', 'decimal'],
  ['date', 'day'],
  ['datetime', 'local'],
  ['timestamp', 'timestamp'],
  ['bit', 'bits'],
  ['json', 'json'],
  ['binary', 'bytes'],
  ['varbinary', 'bytes'],
  ['tinyblob', 'bytes'],
  ['blob', 'bytes'],
  ['mediumblob', 'bytes'],
  ['longblob', 'bytes'],
  ['char', 'text'],
  ['varchar', 'text'],
  ['tinytext', 'text'],
  ['text', 'text'],
  ['mediumtext', 'text'],
  ['longtext', 'text'],
  ['enum', 'text'],
  ['set', 'text'],
  ['uuid', 'text'],
])

const binaryCharacters = 63

/** By the number of a type in MySQL's protocol. */
const fieldKinds: ReadonlyMap<number, ValueKind> = new Map([
  [0, 'decimal'],
  [1, 'integer'],
  [2, 'integer'],
  [3, 'integer'],
  [4, 'number'],
  [5, 'number'],
  [7, 'timestamp'],
  [8, 'bigint'],
  [9, 'integer'],
  [10, 'day'],
  [12, 'local'],
  [13, 'integer'],
  [16, 'bits'],
  [245, 'json'],
  [246, 'decimal'],
])

const texts = new Set([15, 249, 250, 251, 252, 253, 254])

/** What a column of a query holds. */
export function kindOfField({
  columnType = 253,
  columnLength,
  characterSet,
  extendedFormat,
}: FieldDescription): ValueKind {
  if (extendedFormat === 'json') return 'json'
  if (texts.has(columnType)) return characterSet === binaryCharacters ? 'bytes' : 'text'
  if (columnType === 1 && columnLength === 1) return 'boolean'
  return fieldKinds.get(columnType) ?? 'other'
}

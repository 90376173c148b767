import type { ColumnKind, Limits, ValueKind } from '../../values/value-kind.js'

/** The server's description of a query's column. */
export interface FieldDescription {
  readonly name: string
  readonly columnType: number | undefined
  readonly columnLength: number | undefined
  readonly characterSet: number | undefined
  readonly flags: number | undefined
  /** The number of digits after the point. */
  readonly decimals: number
  /** MariaDB states here that a text is JSON. */
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
  ['inet4', 'text'],
  ['inet6', 'text'],
])

const binaryCharacters = 63

/** The greatest number of digits after the point of a DECIMAL. */
export const mostScale = 30

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

const enumFlag = 0x100
const setFlag = 0x800

/** Why the order of some types differs from the order in which their values are compared. */
const unordered: ReadonlyMap<string, string> = new Map([
  ['float', 'a FLOAT is compared with more digits than it returns'],
  ['bit', 'a BIT is compared as text'],
  ['enum', 'an ENUM is ordered by its list but compared as text'],
  ['set', 'a SET is ordered by its list but compared as text'],
  ['json', 'JSON has no order of its own'],
])

/** The types whose order is not that of the texts that the server returns. */
const foreign: ReadonlySet<string> = new Set(['time', 'enum', 'set', 'inet4', 'inet6'])

/** Whether columns of a type, by its name, can be read in pages, and whether their texts have its order. */
export function orderOf(type: string): Pick<ColumnKind, 'unordered' | 'foreign'> {
  const reason = unordered.get(type)
  return {
    ...(reason === undefined ? {} : { unordered: reason }),
    ...(foreign.has(type) ? { foreign: { type: type.toUpperCase() } } : {}),
  }
}

interface Lengths {
  readonly scale: unknown
  readonly fraction: unknown
  readonly characters: unknown
  readonly bytes: unknown
}

/** What a column preserves, by its type and its lengths. @param type Including the text in parentheses after it */
export function limitsOf(name: string, type: string, { scale, fraction, characters, bytes }: Lengths): Limits {
  switch (name) {
    case 'decimal':
      return { scale: Number(scale) }
    case 'float':
      return { single: true, ...(scale === null ? {} : { scale: Number(scale) }) }
    case 'double':
      return scale === null ? {} : { scale: Number(scale) }
    case 'datetime':
    case 'timestamp':
      return { fraction: Number(fraction) }
    case 'time':
      return { fraction: Number(fraction), clock: true }
    case 'varchar':
      return { characters: Number(characters) }
    case 'char':
      return { characters: Number(characters), trims: true }
    case 'tinytext':
    case 'text':
    case 'mediumtext':
      return { bytes: Number(bytes) }
    case 'binary':
      return { fixedBytes: Number(bytes) }
    case 'year':
      return { year: true }
    case 'enum':
    case 'set':
      return { members: membersOf(type), many: name === 'set' }
    default:
      return {}
  }
}

/** The texts of `enum('a','it''s')`. */
function membersOf(type: string): readonly string[] {
  return [...type.matchAll(/'((?:[^']|'')*)'/g)].map(([, text = '']) => text.replaceAll("''", "'"))
}

/** What a column of a query holds. */
export function kindOfField(field: FieldDescription): ColumnKind {
  const name = typeName(field)
  const kind = kindOf(field)
  const limits = name === 'float' ? { single: true } : kind === 'decimal' ? { scale: field.decimals } : undefined
  return { kind, ...orderOf(name), ...(limits === undefined ? {} : { limits }) }
}

function typeName({ columnType, extendedFormat, flags = 0 }: FieldDescription): string {
  if (extendedFormat === 'json' || columnType === 245) return 'json'
  if ((flags & enumFlag) !== 0) return 'enum'
  if ((flags & setFlag) !== 0) return 'set'
  return columnType === 4 ? 'float' : columnType === 11 ? 'time' : columnType === 16 ? 'bit' : ''
}

function kindOf({ columnType = 253, columnLength, characterSet, extendedFormat }: FieldDescription): ValueKind {
  if (extendedFormat === 'json') return 'json'
  if (texts.has(columnType)) return characterSet === binaryCharacters ? 'bytes' : 'text'
  if (columnType === 1 && columnLength === 1) return 'boolean'
  return fieldKinds.get(columnType) ?? 'other'
}

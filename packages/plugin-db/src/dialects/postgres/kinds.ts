import type { ForeignText } from '@maestro-dataflow/core'
import type { ColumnKind, Limits, MoneyFormat, ValueKind } from '../../values/value-kind.js'

/** By the name of a type. Other types are text, as PostgreSQL writes them. */
const kinds: ReadonlyMap<string, ValueKind> = new Map([
  ['bool', 'boolean'],
  ['int2', 'integer'],
  ['int4', 'integer'],
  ['oid', 'integer'],
  ['int8', 'bigint'],
  ['float4', 'number'],
  ['float8', 'number'],
  ['numeric', 'decimal'],
  ['money', 'decimal'],
  ['text', 'text'],
  ['varchar', 'text'],
  ['bpchar', 'text'],
  ['name', 'text'],
  ['char', 'text'],
  ['bytea', 'bytes'],
  ['json', 'json'],
  ['jsonb', 'json'],
  ['timestamptz', 'timestamp'],
  ['timestamp', 'local'],
  ['date', 'day'],
  ['vector', 'vector'],
])

/** In the locale C. */
const usualMoney: MoneyFormat = { digits: 2, point: '.' }

/**
 * What a type holds. @param money How the connection writes amounts. @param name As in `pg_type`; the name of a list type begins with `_` @param modifier As in
 * `pg_attribute`
 */
export function kindOfTypeName(name: string, modifier = -1, money = usualMoney): ColumnKind {
  // Its items stand between other signs than those of all other lists.
  if (name === '_box') return { kind: 'other' }
  if (name.startsWith('_')) return { ...kindOfTypeName(name.slice(1), modifier, money), list: true }
  const limits = limitsOf(name, modifier, money)
  const foreign = foreignOf(name)
  return {
    kind: kinds.get(name) ?? 'other',
    ...(foreign === undefined ? {} : { foreign }),
    ...(limits === undefined ? {} : { limits }),
  }
}

/** What PostgreSQL compares otherwise than the text that it writes. */
function foreignOf(name: string): ForeignText | undefined {
  if (name === 'interval' || name === 'timetz') return { type: name, isAmbiguous: true }
  if (name === 'inet' || name === 'cidr' || /range$/.test(name)) return { type: name }
  // An enum has the order of its list; what other types of users do is not known.
  return name === '' ? { type: 'an enum or another type of the database itself' } : undefined
}

/** What a column preserves, by its type and the text in parentheses after it. */
function limitsOf(name: string, modifier: number, money: MoneyFormat): Limits | undefined {
  const given = modifier - 4
  switch (name) {
    case 'numeric':
      // The scale has 11 bits with a sign.
      return modifier < 0 ? undefined : { scale: ((given & 0x7ff) ^ 0x400) - 0x400 }
    case 'varchar':
      return modifier < 0 ? undefined : { characters: given }
    case 'bpchar':
      return modifier < 0 ? undefined : { characters: given, trims: true }
    case 'timestamp':
    case 'timestamptz':
      return { fraction: modifier < 0 ? 6 : modifier }
    case 'time':
    case 'timetz':
      return { fraction: modifier < 0 ? 6 : modifier, units: true }
    case 'interval':
      return { fraction: modifier < 0 ? 6 : Math.min(6, modifier & 0xffff), units: true }
    case 'oid':
      return { unsigned: true }
    case 'float4':
      return { single: true }
    case 'money':
      return { scale: money.digits, amounts: money }
    case 'name':
      return { bytes: 63 }
    case 'char':
      return { bytes: 1 }
    default:
      return undefined
  }
}

/** The types that have the same number in every PostgreSQL database. */
const builtIn: ReadonlyMap<number, string> = new Map([
  [16, 'bool'],
  [17, 'bytea'],
  [19, 'name'],
  [20, 'int8'],
  [21, 'int2'],
  [23, 'int4'],
  [25, 'text'],
  [26, 'oid'],
  [114, 'json'],
  [199, '_json'],
  [650, 'cidr'],
  [700, 'float4'],
  [701, 'float8'],
  [790, 'money'],
  [791, '_money'],
  [774, 'macaddr8'],
  [829, 'macaddr'],
  [869, 'inet'],
  [1000, '_bool'],
  [1001, '_bytea'],
  [1005, '_int2'],
  [1007, '_int4'],
  [1009, '_text'],
  [1014, '_bpchar'],
  [1015, '_varchar'],
  [1016, '_int8'],
  [1021, '_float4'],
  [1022, '_float8'],
  [1042, 'bpchar'],
  [1043, 'varchar'],
  [1082, 'date'],
  [1083, 'time'],
  [1114, 'timestamp'],
  [1115, '_timestamp'],
  [1182, '_date'],
  [1184, 'timestamptz'],
  [1185, '_timestamptz'],
  [1186, 'interval'],
  [1231, '_numeric'],
  [1266, 'timetz'],
  [1560, 'bit'],
  [1562, 'varbit'],
  [1700, 'numeric'],
  [2951, '_uuid'],
  [2950, 'uuid'],
  [3614, 'tsvector'],
  [3802, 'jsonb'],
  [3807, '_jsonb'],
  [3904, 'int4range'],
  [3906, 'numrange'],
  [3908, 'tsrange'],
  [3910, 'tstzrange'],
  [3912, 'daterange'],
  [3926, 'int8range'],
])

/** Whether a column of a query holds amounts of money or lists of them. */
export const holdsMoney = (oid: number): boolean => oid === 790 || oid === 791

/**
 * What a column of a query holds. @param added The additional types of this database @param money How the connection
 * writes amounts
 */
export function kindOfTypeNumber(
  oid: number,
  modifier: number,
  added: ReadonlyMap<number, string>,
  money?: MoneyFormat,
): ColumnKind {
  return kindOfTypeName(builtIn.get(oid) ?? added.get(oid) ?? '', modifier, money)
}

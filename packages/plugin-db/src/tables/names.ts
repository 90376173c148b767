import type { Client } from '../connection/connection-settings.js'
import { dbError } from '../errors.js'

/** A table by its name, and the schema that it is in when that is not the usual one. */
export interface TableName {
  readonly schema?: string | undefined
  readonly table: string
}

/** How long a name may be. A longer one is never cut: it would be another table's or column's. */
const bounds: Readonly<
  Record<Client, { readonly length: number; readonly of: (name: string) => number; readonly unit: string }>
> = {
  sqlite: { length: 1000, of: (name) => name.length, unit: 'characters' },
  postgres: { length: 63, of: (name) => Buffer.byteLength(name), unit: 'bytes' },
  mysql: { length: 64, of: (name) => [...name].length, unit: 'characters' },
}

/** A name in quotes, whatever is in it. @throws MAESTRO_DB_NAME for what the database takes for no name */
export function quoteName(client: Client, name: string): string {
  const fail = (reason: string) => dbError('MAESTRO_DB_NAME', { name, reason })
  if (name === '') throw fail('it is empty')
  if (name.includes('\0')) throw fail('it holds a NUL character')
  if (!name.isWellFormed()) throw fail('it holds half a character (a lone surrogate)')
  const { length, of, unit } = bounds[client]
  if (of(name) > length) throw fail(`it has more than ${length} ${unit}`)
  if (client !== 'mysql') return `"${name.replaceAll('"', '""')}"`
  if (/[\u{10000}-\u{10ffff}]/u.test(name)) throw fail('MySQL and MariaDB take no such character (beyond U+FFFF)')
  if (/[ \t\n\v\f\r]$/.test(name)) throw fail('it ends with white space')
  return `\`${name.replaceAll('`', '``')}\``
}

/** A table's name with its schema. */
export function quoteTable(client: Client, { schema, table }: TableName): string {
  return `${schema === undefined ? '' : `${quoteName(client, schema)}.`}${quoteName(client, table)}`
}

/** Names in quotes, with commas. */
export function quoteNames(client: Client, names: readonly string[]): string {
  return names.map((name) => quoteName(client, name)).join(', ')
}

/** Where the values go: `$3` or `?`. @param index From 1 */
export function placeholder(client: Client, index: number): string {
  return client === 'postgres' ? `$${index}` : '?'
}

/** A table's name as people read it. */
export function shownTable({ schema, table }: TableName): string {
  return schema === undefined ? table : `${schema}.${table}`
}

import { type ColumnType, rowFromEntries } from '@maestro-dataflow/core'
import { withValues } from './held-values.js'
import type { Types } from './reference.js'
import type { Table } from './tables.js'

export type DatabaseClient = 'sqlite' | 'postgres' | 'mariadb'

const largest = 2n ** 63n - 1n

/** What a table that the sink makes holds, and where it is. */
export function databaseTable(connection: { readonly client: DatabaseClient }) {
  const { client } = connection
  const hold = (value: unknown, type: ColumnType | undefined): unknown => {
    if (value === undefined) return null
    if (typeof value === 'number' && !Number.isFinite(value))
      return client === 'postgres' || (client === 'sqlite' && !Number.isNaN(value)) ? value : null
    // SQLite and MariaDB store -0 as 0, which is equal.
    if (client !== 'postgres' && Object.is(value, -0)) return 0
    if (typeof value === 'string') return client !== 'mariadb' && value.includes('\0') ? null : value
    if (typeof value === 'bigint') return value > largest || value < -largest - 1n ? null : value
    if (type === 'json' && client === 'postgres' && hasNul(value)) return null
    if (type === 'json' && !isWellFormed(value)) return null
    return type === 'json' && client === 'postgres' ? inJsonb(value) : value
  }
  const given = (table: Table): Table => {
    const order = Object.keys(table.types)
    return withValues(table, hold, undefined, order)
  }
  const place = (name: string, types: Types) => ({
    sink: { connection, table: name },
    source: {
      connection,
      table: name,
      key: 'key_',
      // The database does not say which bytes are vectors.
      ...(Object.values(types).includes('vector') ? { columns: { ...types, key_: 'integer' } } : {}),
    },
  })
  return { given, place }
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, member]) => [name, ...textsIn(member)])
}

/** PostgreSQL keeps a number of a jsonb column as decimal digits, of which a whole number beyond 2^53 is a big integer. */
function inJsonb(value: unknown): unknown {
  if (Object.is(value, -0)) return 0
  if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) return wholeOf(value)
  if (Array.isArray(value)) return value.map(inJsonb)
  if (typeof value !== 'object' || value === null) return value
  return rowFromEntries(Object.entries(value).map(([name, member]) => [name, inJsonb(member)]))
}

function wholeOf(value: number): bigint {
  const [, sign = '', first = '', rest = '', exponent = ''] =
    /^(-?)(\d)\.?(\d*)e\+(\d+)$/.exec(value.toExponential()) ?? []
  return BigInt(`${sign}${first}${rest.padEnd(Number(exponent), '0')}`)
}

const hasNul = (value: unknown) => textsIn(value).some((text) => text.includes('\0'))
const isWellFormed = (value: unknown) => textsIn(value).every((text) => text.isWellFormed())

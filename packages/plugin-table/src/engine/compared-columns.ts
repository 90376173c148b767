import type { DuckDBConnection } from '@duckdb/node-api'
import { MaestroError } from '@maestro-dataflow/core'
import { tableError } from '../errors.js'
import { typeOf } from './bind-expression.js'
import { withComparedNumbers } from './compared-numbers.js'
import { type ExpressionNode, ExpressionTree } from './expression-tree.js'

/** The SQL types of the columns of the tables, by the name of the column and then by that of the table. */
type ColumnTypes = ReadonlyMap<string, ReadonlyMap<string, string>>

const isNumber = (type: string) => /^(DECIMAL\(|BIGNUM|U?(TINY|SMALL|BIG|HUGE)?INT|U?INTEGER|DOUBLE|FLOAT)/.test(type)

/**
 * A query in which a text that stands beside a number is that number, as in an expression. In a query of several SELECTs,
 * a name may mean a column of any of them, so that nothing is changed.
 *
 * @throws MAESTRO_TABLE_SQL if it compares a column of texts with a number, which SQL would round
 */
export async function withComparedColumns(connection: DuckDBConnection, query: string): Promise<string> {
  if ((query.match(/\bselect\b/gi) ?? []).length !== 1) return query
  const columns = await columnTypes(connection)
  const tree = await ExpressionTree.parse(connection, `(${query}\n)`)
  const shared = usingColumns(tree.root).find((name) => {
    const types = [...(columns.get(name.toLowerCase())?.values() ?? [])]
    return types.includes('VARCHAR') && types.some(isNumber)
  })
  if (shared !== undefined) throw tableError('MAESTRO_TABLE_SQL', { reason: mixed(`"${shared}"`) })
  const inTables = (sql: string, node: ExpressionNode) =>
    node.class === 'COLUMN_REF' ? columnType(columns, node) : typeOf(connection, sql, 'input')
  try {
    return await withComparedNumbers(connection, `(${query}\n)`, async (sql, node) => inTables(sql, node))
  } catch (error) {
    if (!MaestroError.is(error)) throw error
    throw tableError('MAESTRO_TABLE_SQL', { reason: String(error.details?.reason) }, error)
  }
}

const mixed = (column: string) =>
  `it compares the text ${column} with a number, and SQL would round the text: cast it, such as try_cast(${column} as double).`

async function columnTypes(connection: DuckDBConnection): Promise<ColumnTypes> {
  const found = await connection.runAndReadAll('SELECT table_name, column_name, data_type FROM duckdb_columns()')
  const types = new Map<string, Map<string, string>>()
  for (const [table, column, type] of found.getRows()) {
    const name = String(column).toLowerCase()
    types.set(name, (types.get(name) ?? new Map<string, string>()).set(String(table).toLowerCase(), String(type)))
  }
  return types
}

/** The type of a column; undefined if tables have it with different types, and its name does not tell which table. */
function columnType(columns: ColumnTypes, node: ExpressionNode): string | undefined {
  const [name = '', table = ''] = (node.column_names as readonly string[])
    .toReversed()
    .map((part) => part.toLowerCase())
  const types = columns.get(name)
  const all = new Set(types?.values())
  return types?.get(table) ?? (all.size === 1 ? [...all][0] : undefined)
}

/** The columns that joins compare by USING. */
function usingColumns(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return []
  const { using_columns: own } = value as { readonly using_columns?: readonly string[] }
  return [...(Array.isArray(own) ? own : []), ...Object.values(value).flatMap(usingColumns)]
}

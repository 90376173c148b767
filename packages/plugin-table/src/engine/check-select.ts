import type { DuckDBConnection } from '@duckdb/node-api'
import { firstRow } from './connect.js'
import { literal } from './sql-text.js'

interface Node {
  readonly type?: string
  readonly function_name?: string
  readonly table_name?: string
  readonly schema_name?: string
  readonly catalog_name?: string
  readonly cte_map?: { readonly map?: readonly { readonly key: string }[] }
}

interface Tree {
  readonly error: boolean
  readonly error_message?: string
  readonly statements?: readonly { readonly node: Node }[]
}

/** What a query may read from: its tables, and functions that make rows of values. */
const rowFunctions = new Set(['unnest', 'range', 'generate_series', 'json_each', 'json_tree'])

/** Parts of a FROM clause that read nothing else. */
const sources = new Set([
  ...['BASE_TABLE', 'TABLE_FUNCTION', 'SUBQUERY', 'JOIN', 'EMPTY', 'EXPRESSION_LIST', 'PIVOT', 'CTE', 'EMPTY_FROM'],
])

/** Functions that read or change state outside the rows. */
const outside =
  /^(current_(setting|database|schema|schemas|catalog|query|role|user)|getenv|getvariable|nextval|currval|setseed|write_log|txid_current|json_execute_serialized_sql)$/

const longest = 100_000

/**
 * Checks with DuckDB's own parser that a text is a single SELECT over the given tables, without access to anything else.
 *
 * @returns what is wrong with it; undefined if it can be run
 */
export async function checkSelect(
  connection: DuckDBConnection,
  query: string,
  tables: readonly string[],
): Promise<string | undefined> {
  if (query.length > longest) return `it is longer than ${longest} characters`
  const [json] = await firstRow(connection, `SELECT json_serialize_sql(${literal(query)}::VARCHAR)`)
  const tree = JSON.parse(String(json)) as Tree
  if (tree.error) return (tree.error_message ?? 'it is not SQL').replace(/^Only SELECT.*$/, 'it is not a SELECT')
  if (tree.statements?.length !== 1) return 'it is more than one statement'
  const names = new Set(tables.map((name) => name.toLowerCase()))
  collectNames(tree.statements[0], names, await catalogNames(connection))
  return walk(tree.statements[0], names, tables)
}

/**
 * Adds the names that the query itself gives to queries within it. Outside these queries, such a name is that of a table
 * of the database, so that it must not be one that exists.
 */
function collectNames(value: unknown, names: Set<string>, taken: ReadonlySet<string>): void {
  if (typeof value !== 'object' || value === null) return
  for (const { key } of (value as Node).cte_map?.map ?? []) {
    const name = key.toLowerCase()
    if (!taken.has(name)) names.add(name)
  }
  for (const child of Object.values(value)) collectNames(child, names, taken)
}

/** The tables and views of the database, its own ones included. */
async function catalogNames(connection: DuckDBConnection): Promise<ReadonlySet<string>> {
  const all = 'SELECT lower(view_name) FROM duckdb_views() UNION SELECT lower(table_name) FROM duckdb_tables()'
  const result = await connection.runAndReadAll(all)
  return new Set(result.getRows().map(([name]) => String(name)))
}

function walk(value: unknown, names: ReadonlySet<string>, tables: readonly string[]): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const fault = faultOf(value as Node, names, tables)
  if (fault !== undefined) return fault
  for (const [key, child] of Object.entries(value)) {
    const from = ['from_table', 'left', 'right'].includes(key) && isSource(child) ? (child as Node).type : undefined
    if (from !== undefined && !sources.has(from)) return 'it asks for more than the rows of its tables'
    const found = walk(child, names, tables)
    if (found !== undefined) return found
  }
  return undefined
}

/** Whether a node is a part of a FROM clause, and no query or expression. */
function isSource(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    !('select_list' in value) &&
    !('class' in value) &&
    !('cte_map' in value)
  )
}

function faultOf(node: Node, names: ReadonlySet<string>, tables: readonly string[]): string | undefined {
  if (node.type === 'SHOW_REF') return 'it asks for more than the rows of its tables'
  if (node.type === 'BASE_TABLE') {
    const { table_name = '', schema_name, catalog_name } = node
    const isKnown = names.has(table_name.toLowerCase()) && !schema_name && !catalog_name
    return isKnown ? undefined : `there is no table ${table_name}; there are ${tables.join(', ')}`
  }
  if (node.type === 'TABLE_FUNCTION') {
    const name = (node as { function?: Node }).function?.function_name?.toLowerCase() ?? ''
    return rowFunctions.has(name) ? undefined : `the function ${name} cannot be read from`
  }
  const name = node.function_name?.toLowerCase()
  return name !== undefined && outside.test(name) ? `the function ${name} is not possible` : undefined
}

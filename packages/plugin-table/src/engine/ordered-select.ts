import type { DuckDBConnection } from '@duckdb/node-api'
import { firstRow } from './connect.js'
import type { ExpressionNode } from './expression-tree.js'
import { comparing } from './row-expressions.js'
import { literal } from './sql-text.js'

interface ComparingNode extends ExpressionNode {
  readonly children?: readonly ExpressionNode[]
  readonly orders?: readonly { readonly expression: ExpressionNode }[]
}

/**
 * A column, among the given ones, whose values a query puts in order, if there is one: by ORDER BY, a comparison with less
 * or greater, or a function such as `max`. SQL would compare the texts of the values.
 */
export async function orderedInSelect(
  connection: DuckDBConnection,
  query: string,
  columns: ReadonlySet<string>,
): Promise<string | undefined> {
  if (columns.size === 0) return undefined
  const [json] = await firstRow(connection, `SELECT json_serialize_sql(${literal(query)}::VARCHAR)`)
  const lower = new Map([...columns].map((name) => [name.toLowerCase(), name]))
  const find = (value: unknown): string | undefined => {
    if (typeof value !== 'object' || value === null) return undefined
    for (const part of orderedParts(value as ComparingNode)) {
      const name = (part.class === 'COLUMN_REF' ? (part.column_names as readonly string[]) : []).at(-1)
      const column = lower.get(name?.toLowerCase() ?? '')
      if (column !== undefined) return column
    }
    for (const child of Object.values(value)) {
      const found = find(child)
      if (found !== undefined) return found
    }
    return undefined
  }
  return find(JSON.parse(String(json)))
}

/** The expressions whose values a part of a query compares to find what is less. */
function orderedParts(node: ComparingNode): readonly ExpressionNode[] {
  const { children = [], orders = [] } = node
  const sorted = Array.isArray(orders) ? orders.map(({ expression }) => expression) : []
  if (node.class === 'BETWEEN') return [node.input as ExpressionNode]
  if (node.class === 'COMPARISON' && /LESSTHAN|GREATERTHAN/.test(node.type ?? ''))
    return [node.left as ExpressionNode, node.right as ExpressionNode]
  const name = node.function_name?.toLowerCase() ?? ''
  return comparing.test(name) || name === 'greatest' || name === 'least' ? [...sorted, ...children] : sorted
}

import type { DuckDBConnection } from '@duckdb/node-api'
import { type ExpressionNode, ExpressionTree } from './expression-tree.js'

/** The greatest or least value of a column whose values SQL would compare as text. */
export interface Extreme {
  readonly column: string
  readonly function: 'arg_max' | 'arg_min'
  /** The SQL condition for the rows that count. */
  readonly filter: string | undefined
}

/** The extreme that an expression computes, if it is `max` or `min` of one of these columns and nothing else. */
export async function extremeOf(
  connection: DuckDBConnection,
  expression: string,
  columns: readonly string[],
): Promise<Extreme | undefined> {
  if (columns.length === 0) return undefined
  const tree = await ExpressionTree.parse(connection, expression)
  const { class: kind, function_name: name, children, filter } = tree.root
  if (kind !== 'FUNCTION' || (name !== 'max' && name !== 'min')) return undefined
  const [only, ...others] = children as readonly ExpressionNode[]
  if (only?.class !== 'COLUMN_REF' || others.length > 0) return undefined
  const [column] = only.column_names as readonly string[]
  if (column === undefined || !columns.includes(column)) return undefined
  const condition = filter === null || filter === undefined ? undefined : await tree.sql(filter as ExpressionNode)
  return { column, function: `arg_${name}`, filter: condition }
}

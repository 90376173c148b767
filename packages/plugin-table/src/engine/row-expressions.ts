import type { DuckDBConnection } from '@duckdb/node-api'
import { type ExpressionNode, ExpressionTree } from './expression-tree.js'

/** An aggregate function within an expression. */
interface AggregateNode extends ExpressionNode {
  readonly function_name: string
  readonly children: ExpressionNode[]
  readonly filter: ExpressionNode | null
  readonly order_bys: { readonly orders: readonly { readonly expression: ExpressionNode }[] }
}

/** Aggregates that compare values to find the least, the greatest, or the middle one. */
export const comparing =
  /^(min|max|arg_?min.*|arg_?max.*|min_by|max_by|median|quantile.*|approx_quantile|reservoir_quantile|mad)$/

/**
 * An aggregate expression that computes the arguments of its aggregates only for the rows that their filters keep.
 * DuckDB would compute them for all rows, and fail at a row that the filter drops.
 */
export async function withFilteredArguments(connection: DuckDBConnection, expression: string): Promise<string> {
  if (!/filter/i.test(expression)) return expression
  const tree = await ExpressionTree.parse(connection, expression)
  for (const { children, filter } of await aggregatesIn(connection, tree.root)) {
    if (filter === null) continue
    for (const [index, child] of children.entries()) if (isComputed(child)) children[index] = onlyWhere(filter, child)
  }
  return tree.sql()
}

function onlyWhere(condition: ExpressionNode, value: ExpressionNode): ExpressionNode {
  return {
    class: 'CASE',
    type: 'CASE_EXPR',
    alias: '',
    case_checks: [{ when_expr: condition, then_expr: value }],
    else_expr: {
      class: 'CONSTANT',
      type: 'VALUE_CONSTANT',
      alias: '',
      value: { type: { id: 'NULL', type_info: null }, is_null: true },
    },
  }
}

function isComputed({ class: kind }: ExpressionNode): boolean {
  return kind !== 'COLUMN_REF' && kind !== 'CONSTANT'
}

/** The expressions that an aggregate expression computes for each row before it combines the rows. */
export async function rowExpressions(connection: DuckDBConnection, expression: string): Promise<readonly string[]> {
  const tree = await ExpressionTree.parse(connection, expression)
  const pieces = (await aggregatesIn(connection, tree.root)).flatMap(({ children, filter, order_bys }) => [
    ...children,
    ...(filter === null ? [] : [filter]),
    ...order_bys.orders.map((order) => order.expression),
  ])
  const found: string[] = []
  for (const piece of pieces) if (isComputed(piece)) found.push(await tree.sql(piece))
  return found
}

/**
 * The parts of an expression with window functions that are computed for each row alone. What a CASE computes only for
 * some rows is not among them.
 */
export async function rowPartsOfWindows(connection: DuckDBConnection, expression: string): Promise<readonly string[]> {
  const tree = await ExpressionTree.parse(connection, expression)
  const hasWindow = (value: unknown): boolean =>
    typeof value === 'object' &&
    value !== null &&
    ((value as ExpressionNode).class === 'WINDOW' || Object.values(value).some(hasWindow))
  const parts: ExpressionNode[] = []
  const visit = (value: unknown, isSometimes: boolean): void => {
    if (typeof value !== 'object' || value === null) return
    const node = value as ExpressionNode
    const isWindow = node.class === 'WINDOW'
    if (node.class !== undefined && !hasWindow(node)) {
      if (isComputed(node) && !isSometimes) parts.push(node)
      return
    }
    for (const child of Object.values(node)) visit(child, !isWindow && (isSometimes || node.class === 'CASE'))
  }
  visit(tree.root, false)
  const found: string[] = []
  for (const part of parts) found.push(await tree.sql(part))
  return found
}

/** A column, among the given ones, whose values an aggregate expression orders, if there is one. */
export async function orderedColumn(
  connection: DuckDBConnection,
  expression: string,
  columns: readonly string[],
): Promise<string | undefined> {
  if (columns.length === 0) return undefined
  const tree = await ExpressionTree.parse(connection, expression)
  for (const { function_name, children, order_bys } of await aggregatesIn(connection, tree.root)) {
    const compared = comparing.test(function_name) ? children : []
    for (const { class: kind, column_names } of [...compared, ...order_bys.orders.map((order) => order.expression)]) {
      const [name] = kind === 'COLUMN_REF' ? (column_names as readonly string[]) : []
      if (name !== undefined && columns.includes(name)) return name
    }
  }
  return undefined
}

/** The names of the functions that combine rows. */
export async function aggregateNames(connection: DuckDBConnection): Promise<ReadonlySet<string>> {
  const result = await connection.runAndReadAll(
    "SELECT DISTINCT function_name FROM duckdb_functions() WHERE function_type = 'aggregate'",
  )
  return new Set(result.getRows().map(([name]) => String(name)))
}

async function aggregatesIn(connection: DuckDBConnection, root: ExpressionNode): Promise<readonly AggregateNode[]> {
  const names = await aggregateNames(connection)
  const isAggregate = (node: ExpressionNode): node is AggregateNode =>
    node.class === 'FUNCTION' && names.has(node.function_name?.toLowerCase() ?? '')
  const walk = (value: unknown): readonly AggregateNode[] => {
    if (typeof value !== 'object' || value === null) return []
    return isAggregate(value as ExpressionNode)
      ? [value as AggregateNode]
      : Object.values(value).flatMap((child) => walk(child))
  }
  return walk(root)
}

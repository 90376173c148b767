import type { DuckDBConnection } from '@duckdb/node-api'
import { columnNames, rowFromEntries, type TableStatement } from '@maestro-dataflow/core'
import type { CheckedStatement, ComputedValue } from './checked-statement.js'
import type { ColumnValues } from './column-values.js'
import { firstRow } from './connect.js'
import { type ExpressionNode, ExpressionTree } from './expression-tree.js'
import { positionColumn } from './lines.js'
import { type AggregateNode, rounding } from './order-aggregates.js'
import { literal } from './sql-text.js'

/** The most rows of a group whose values are put into one list. A list must fit into memory. */
const mostListed = 100_000

/**
 * The statement in the form that is quick for many small groups. DuckDB sets up a sort for each group of an aggregate with an
 * order. A list of the values with their places, sorted and then aggregated from the first to the last, gives the same
 * result in a quarter of the time.
 */
export async function withListedAggregates(
  connection: DuckDBConnection,
  statement: TableStatement,
  checked: CheckedStatement,
  { relation, values }: { readonly relation: string; readonly values: ColumnValues },
): Promise<CheckedStatement> {
  if (statement.kind !== 'aggregate' || statement.by.length === 0) return checked
  const listed: [string, ComputedValue][] = []
  for (const name of columnNames(checked.values)) {
    const value = checked.values[name] as ComputedValue
    listed.push([name, { ...value, expression: await inLists(connection, value.expression) }])
  }
  if (listed.every(([name, { expression }]) => expression === checked.values[name]?.expression)) return checked
  const keys = statement.by.map((column) => values.key(column))
  const groups = `SELECT count(*) AS rows FROM ${relation} GROUP BY ${keys.join(', ')}`
  const [largest] = await firstRow(connection, `SELECT max(rows) FROM (${groups})`)
  if (Number(largest) > mostListed) return checked
  return { ...checked, values: rowFromEntries(listed) }
}

/** An expression whose aggregates in the order of the input take their values from sorted lists. */
async function inLists(connection: DuckDBConnection, expression: string): Promise<string> {
  const tree = await ExpressionTree.parse(connection, expression)
  const root = await listedIn(connection, tree, tree.root)
  if (root === tree.root) return expression
  tree.root = root
  return tree.sql()
}

/** A part of an expression with its aggregates replaced; the same part if there are none. */
async function listedIn<Part>(connection: DuckDBConnection, tree: ExpressionTree, part: Part): Promise<Part> {
  if (typeof part !== 'object' || part === null) return part
  if (isInInputOrder(part)) return (await listOf(connection, tree, part)) as Part
  const members: [string, unknown][] = []
  for (const [name, member] of Object.entries(part)) members.push([name, await listedIn(connection, tree, member)])
  const before: Readonly<Record<string, unknown>> = Object.fromEntries(Object.entries(part))
  if (members.every(([name, member]) => member === before[name])) return part
  if (Array.isArray(part)) return members.map(([, member]) => member) as Part
  return Object.fromEntries(members) as Part
}

/** An aggregate of one argument that takes the rows in the order of the input. */
interface OrderedNode extends AggregateNode, ExpressionNode {
  readonly function_name: string
  readonly children: readonly [ExpressionNode]
  readonly filter: ExpressionNode | null
}

function isInInputOrder(part: object): part is OrderedNode {
  const { function_name, distinct, children, order_bys } = part as Partial<AggregateNode>
  if (!rounding.has(function_name?.toLowerCase() ?? '') || distinct === true || children?.length !== 1) return false
  const [order, ...others] = (order_bys?.orders ?? []) as readonly { readonly expression: ExpressionNode }[]
  const names = (order?.expression.column_names ?? []) as readonly string[]
  return others.length === 0 && names.length === 1 && `"${names[0]}"` === positionColumn
}

/** The aggregate of a sorted list of the values, each of which is beside its place. */
async function listOf(
  connection: DuckDBConnection,
  tree: ExpressionTree,
  { function_name, children: [child], filter }: OrderedNode,
): Promise<ExpressionNode> {
  const where = filter === null ? '' : ` FILTER (WHERE ${await tree.sql(filter)})`
  const list = `list({'place': ${positionColumn}, 'value': (${await tree.sql(child)})})${where}`
  const values = `list_transform(list_sort(${list}), lambda item: item.value)`
  return (await ExpressionTree.parse(connection, `list_aggregate(${values}, ${literal(function_name)})`)).root
}

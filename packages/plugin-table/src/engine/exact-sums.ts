import type { DuckDBConnection } from '@duckdb/node-api'
import { rowWith } from '@maestro-dataflow/core'
import { typeOf } from './bind-expression.js'
import type { CheckedStatement, ComputedValue } from './checked-statement.js'
import { type ExpressionNode, ExpressionTree } from './expression-tree.js'
import { inInputOrder } from './order-aggregates.js'

/** The aggregates that add, with the SQL type in which they add whole numbers of any size. */
const adding = new Map([
  ['sum', 'BIGNUM'],
  ['avg', 'DOUBLE'],
  ['mean', 'DOUBLE'],
])

/** The SQL types of numbers that an aggregate can add exactly in a wider type, or whose mean is a fraction anyway. */
const addable = /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|DECIMAL.*)$/

/** Whether a query failed because a result has more digits than its SQL type, whatever the rows are. */
export function isOverflow(error: unknown): boolean {
  return error instanceof Error && /^Out of Range Error: Overflow/.test(error.message)
}

/**
 * The statement with aggregates that add without a limit. They are slower, so that they are only used if a sum is too
 * large for the usual ones.
 *
 * @param table A table without rows that has all columns of the expressions.
 * @returns the statement, and the expressions that still have a limit
 */
export async function withExactSums(
  connection: DuckDBConnection,
  checked: CheckedStatement,
  table: string,
): Promise<{ readonly exact: CheckedStatement; readonly limited: readonly string[] }> {
  const changed: (readonly [string, ComputedValue])[] = []
  const limited: string[] = []
  for (const [name, value] of Object.entries(checked.values)) {
    const exact = await withExactSum(connection, value, table)
    if (exact === undefined) limited.push(value.expression)
    else changed.push([name, exact])
  }
  const values = rowWith(checked.values, changed) as CheckedStatement['values']
  return { exact: { ...checked, values }, limited }
}

async function withExactSum(
  connection: DuckDBConnection,
  value: ComputedValue,
  table: string,
): Promise<ComputedValue | undefined> {
  const tree = await ExpressionTree.parse(connection, value.expression)
  let isChanged = false
  for (const node of aggregatesIn(tree.root)) {
    const wide = adding.get(String(node.function_name).toLowerCase())
    const [added, ...others] = node.children
    if (wide === undefined || added === undefined || others.length > 0) continue
    const argument = await tree.sql(added)
    const type = (await typeOf(connection, argument, table)) ?? ''
    // A decimal number would lose its fraction as a whole number.
    if (!addable.test(type) || (wide === 'BIGNUM' && type.startsWith('DECIMAL'))) continue
    node.children[0] = (await ExpressionTree.parse(connection, `CAST(${argument} AS ${wide})`)).root
    isChanged = true
  }
  if (!isChanged) return undefined
  const expression = await inInputOrder(connection, await tree.sql(), () => false)
  const sqlType = await typeOf(connection, expression, table)
  // SQL multiplies whole numbers of any size as fractions.
  const isExact = sqlType === value.sqlType || (sqlType === 'BIGNUM' && value.sqlType === 'HUGEINT')
  return isExact ? { ...value, expression } : undefined
}

interface AggregateNode extends ExpressionNode {
  readonly children: ExpressionNode[]
}

function aggregatesIn(value: unknown): readonly AggregateNode[] {
  if (typeof value !== 'object' || value === null) return []
  const inner = Object.values(value).flatMap(aggregatesIn)
  const node = value as AggregateNode
  const isCall = node.class === 'FUNCTION' || node.class === 'WINDOW'
  return isCall && Array.isArray(node.children) ? [...inner, node] : inner
}

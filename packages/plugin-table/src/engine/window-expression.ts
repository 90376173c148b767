import type { DuckDBConnection } from '@duckdb/node-api'
import type { WindowStatement } from '@maestro-dataflow/core'
import { type ExpressionNode, ExpressionTree } from './expression-tree.js'
import { positionColumn } from './lines.js'
import { aggregateNames } from './row-expressions.js'

/** Window functions in which rows that compare as equal get the same result. */
const ranking = new Set(['rank', 'dense_rank', 'percent_rank', 'cume_dist'])

/** Window functions that look at certain rows. */
const looking = new Set(['row_number', 'ntile', 'lag', 'lead', 'first_value', 'last_value', 'nth_value', 'fill'])

/** A call of a window function, as DuckDB's parser returns it. */
interface WindowNode extends ExpressionNode {
  readonly function_name: string
  readonly partitions: readonly ExpressionNode[]
  readonly orders: object[]
  start: string
  end: string
}

/** The column of the key of a group, by the position of its column in `by`. */
export const partitionColumn = (index: number): string => `"#maestro.part${index}"`

/** The columns that rows are ordered by: first whether a value follows all others, and then the key of the value. */
export const orderColumns = (index: number): readonly [string, string] => [
  `"#maestro.late${index}"`,
  `"#maestro.order${index}"`,
]

/**
 * An expression in which every call of a window function or an aggregate has its window. The ones that the user did not
 * write themselves are those of the statement.
 */
export async function withWindows(
  connection: DuckDBConnection,
  expression: string,
  statement: WindowStatement,
): Promise<string> {
  const tree = await ExpressionTree.parse(connection, expression)
  const aggregates = await aggregateNames(connection)
  const visit = async (node: unknown): Promise<unknown> => {
    if (typeof node !== 'object' || node === null) return node
    const { class: kind, function_name = '' } = node as ExpressionNode
    if (kind === 'WINDOW') return inDefiniteOrder(node as WindowNode)
    const name = function_name.toLowerCase()
    if (kind === 'FUNCTION' && (aggregates.has(name) || looking.has(name) || ranking.has(name))) {
      const call = `${await tree.sql(node as ExpressionNode)} OVER (${windowOf(name, statement)})`
      return (await ExpressionTree.parse(connection, call)).root
    }
    for (const [key, child] of Object.entries(node)) Object.assign(node, { [key]: await visit(child) })
    return node
  }
  tree.root = (await visit(tree.root)) as ExpressionNode
  return tree.sql()
}

/** The window of a function whose window the user leaves to the statement. */
function windowOf(name: string, { by, orderBy, frame }: WindowStatement): string {
  const partition = by.length === 0 ? '' : `PARTITION BY ${by.map((_, index) => partitionColumn(index)).join(', ')} `
  const keys = orderBy.flatMap(({ descending = false, nulls = 'last' }, index) => {
    const [late, key] = orderColumns(index)
    const empty = `NULLS ${nulls === 'last' ? 'LAST' : 'FIRST'}`
    return [`${late} ASC ${empty}`, `${key} ${descending ? 'DESC' : 'ASC'} ${empty}`]
  })
  if (ranking.has(name)) return keys.length === 0 ? partition : `${partition}ORDER BY ${keys.join(', ')}`
  return `${partition}ORDER BY ${[...keys, positionColumn].join(', ')} ROWS BETWEEN ${frameOf(name, orderBy.length > 0, frame)}`
}

function frameOf(name: string, isOrdered: boolean, frame: WindowStatement['frame']): string {
  if (frame !== undefined)
    return `${bound(frame.before)} PRECEDING AND ${frame.after === 0 ? 'CURRENT ROW' : `${bound(frame.after)} FOLLOWING`}`
  const end = isOrdered && !looking.has(name) ? 'CURRENT ROW' : 'UNBOUNDED FOLLOWING'
  return `UNBOUNDED PRECEDING AND ${end}`
}

const bound = (rows: number | 'all') => (rows === 'all' ? 'UNBOUNDED' : String(rows))

/** A window that the user wrote, in which the order of the input decides between rows that SQL would take in any order. */
function inDefiniteOrder(node: WindowNode): WindowNode {
  const name = node.function_name.toLowerCase()
  if (ranking.has(name)) return node
  const isWhole = node.orders.length === 0 && node.start === 'UNBOUNDED_PRECEDING' && node.end === 'CURRENT_ROW_RANGE'
  if (isWhole) {
    node.start = 'UNBOUNDED_PRECEDING'
    node.end = 'UNBOUNDED_FOLLOWING'
  }
  const isByRows = isWhole || node.start.endsWith('ROWS') || node.end.endsWith('ROWS')
  if (!isByRows && !['row_number', 'ntile', 'lag', 'lead'].includes(name)) return node
  const position = { class: 'COLUMN_REF', type: 'COLUMN_REF', alias: '', column_names: [positionColumn.slice(1, -1)] }
  node.orders.push({ type: 'ORDER_DEFAULT', null_order: 'ORDER_DEFAULT', expression: position })
  return node
}

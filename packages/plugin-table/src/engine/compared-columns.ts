import type { DuckDBConnection } from '@duckdb/node-api'
import { MaestroError } from '@maestro-dataflow/core'
import { tableError } from '../errors.js'
import { withComparedNumbers } from './compared-numbers.js'
import { isNumberType, losesDigits } from './exact-comparison.js'
import { type ExpressionNode, ExpressionTree } from './expression-tree.js'
import { SelectScopes } from './select-scopes.js'

/** Two values that a query brings to one type without a comparison that could be rewritten. */
interface Pair {
  readonly name: string
  readonly types: readonly [string, string]
}

/**
 * A query in which numbers are compared by all their digits, as in an expression, in each of its SELECTs.
 *
 * @throws MAESTRO_TABLE_SQL if it compares a text with a number, or brings numbers to a type that rounds them
 */
export async function withComparedColumns(connection: DuckDBConnection, query: string): Promise<string> {
  const text = `(${query}\n)`
  const tree = await ExpressionTree.parse(connection, text)
  for await (const { name, types } of pairsIn(tree.root, new SelectScopes(connection, tree))) {
    const reason = faultOf(name, types)
    if (reason !== undefined) throw tableError('MAESTRO_TABLE_SQL', { reason })
  }
  try {
    const typeOf = (_: string, node: ExpressionNode, whole: ExpressionTree) =>
      new SelectScopes(connection, whole).typeOf(node)
    return await withComparedNumbers(connection, text, typeOf, { isQuery: true })
  } catch (error) {
    if (!MaestroError.is(error)) throw error
    throw tableError('MAESTRO_TABLE_SQL', { reason: String(error.details?.reason) }, error)
  }
}

function faultOf(name: string, types: readonly [string, string]): string | undefined {
  if (types.includes('VARCHAR') && types.some(isNumberType))
    return `it compares the text ${name} with a number, and SQL would round the text: cast it, such as try_cast(${name} as double).`
  const numbers = types.map((type) => ({ type, isSmall: false }))
  if (!types.every(isNumberType) || !losesDigits(numbers)) return undefined
  return `${name} stands for numbers of the types ${types[0]} and ${types[1]}, which SQL would round to one type: cast one of them, such as cast(${name} as double).`
}

/** What joins, `IN (SELECT ...)`, and set operations bring to one type. */
async function* pairsIn(value: unknown, scopes: SelectScopes): AsyncGenerator<Pair> {
  if (typeof value !== 'object' || value === null) return
  for (const child of Object.values(value)) yield* pairsIn(child, scopes)
  const node = value as ExpressionNode
  const { left, right, child } = node as { readonly [name: string]: ExpressionNode | null }
  const isSet = node.type === 'SET_OPERATION_NODE'
  const shared = (node.using_columns ?? []) as readonly string[]
  if (left && right && (isSet || shared.length > 0 || node.ref_type === 'NATURAL')) {
    const [ours, theirs] = [await scopes.columnsIn(left, !isSet), await scopes.columnsIn(right, !isSet)]
    for (const [index, one] of (ours ?? []).entries()) {
      const isSame = (name: string) => name.toLowerCase() === one.name.toLowerCase()
      const other = isSet ? theirs?.[index] : theirs?.find(({ name }) => isSame(name))
      const isJoined = isSet || node.ref_type === 'NATURAL' || shared.some(isSame)
      if (other !== undefined && isJoined) yield { name: `"${one.name}"`, types: [one.sqlType, other.sqlType] }
    }
  }
  if (node.subquery_type === 'ANY' && child) {
    const { node: query } = node.subquery as { readonly node: ExpressionNode }
    const [column] = (await scopes.columnsIn(query)) ?? []
    const type = await scopes.typeOf(child)
    if (column !== undefined && type !== undefined) yield { name: `"${column.name}"`, types: [type, column.sqlType] }
  }
}

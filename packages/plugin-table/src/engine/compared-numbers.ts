import type { DuckDBConnection } from '@duckdb/node-api'
import { tableError } from '../errors.js'
import { type ExpressionNode, ExpressionTree } from './expression-tree.js'

type Param = string | number | boolean | null

/** Functions and operators that give all their arguments one type. */
const choosing = /^(OPERATOR_COALESCE|nullif|greatest|least)$/i

/** The most digits of a decimal number of SQL. */
const mostDigits = 38

const exactNumber = /^(DECIMAL\(|BIGNUM$|U?(TINY|SMALL|BIG|HUGE)INT$|U?INTEGER$)/
const anyNumber = /^(DECIMAL\(|BIGNUM$|U?(TINY|SMALL|BIG|HUGE)INT$|U?INTEGER$|DOUBLE$|FLOAT$)/

/** Values that SQL brings to one type: the node that holds them, and their places in it. */
interface Together {
  readonly parent: Record<string, ExpressionNode>
  readonly keys: readonly string[]
  /** Whether they are tested for being equal, which SQL does for a text and a number, too. */
  readonly isTest: boolean
}

/**
 * An expression in which a text that stands beside a number, such as `price > '2.46'`, is that number. SQL would round it
 * to the digits of the other side: to a whole number, or to a decimal number with the digits of its column. A text that
 * is computed, or comes from a column, needs a cast.
 *
 * @param typeOf Returns the SQL type of an expression, or undefined if it cannot be computed alone.
 * @param options The values that are bound to the expression, and how the user wrote it.
 * @throws MAESTRO_TABLE_EXPRESSION
 */
export async function withComparedNumbers(
  connection: DuckDBConnection,
  expression: string,
  typeOf: (expression: string, node: ExpressionNode) => Promise<string | undefined>,
  {
    params = {},
    shown = expression,
  }: { readonly params?: Readonly<Record<string, Param>>; readonly shown?: string } = {},
): Promise<string> {
  if (!/[=<>]|\b(in|between|distinct|case|coalesce|nullif|greatest|least)\b/i.test(expression)) return expression
  const tree = await ExpressionTree.parse(connection, expression)
  let isChanged = false
  for (const { parent, keys, isTest } of groupsIn(tree.root)) {
    const values = await Promise.all(
      keys.map(async (key) => {
        const node = parent[key] as ExpressionNode
        const text = textOf(node, params)
        const sql = await tree.sql(node)
        return { key, text, sql, type: text === undefined ? ((await typeOf(sql, node)) ?? '') : '' }
      }),
    )
    if (!values.some(({ type }) => anyNumber.test(type))) continue
    const computed = values.find(({ type }) => type === 'VARCHAR')
    if (isTest && computed !== undefined) throw mixedFault(shown, computed.sql)
    if (!values.some(({ type }) => exactNumber.test(type))) continue
    for (const { key, text, sql } of values) {
      const digits = text === undefined ? undefined : digitsOf(text)
      if (digits === undefined || digits.scale === 0) continue
      if (digits.width > mostDigits) throw longFault(shown, text ?? '')
      const cast = `CAST(${sql} AS DECIMAL(${digits.width}, ${digits.scale}))`
      parent[key] = (await ExpressionTree.parse(connection, cast)).root
      isChanged = true
    }
  }
  return isChanged ? tree.sql() : expression
}

function groupsIn(value: unknown): readonly Together[] {
  if (typeof value !== 'object' || value === null) return []
  const inner = Object.values(value).flatMap(groupsIn)
  const node = value as ExpressionNode
  const parent = node as unknown as Record<string, ExpressionNode>
  if (node.class === 'COMPARISON') return [...inner, { parent, keys: ['left', 'right'], isTest: true }]
  if (node.class === 'BETWEEN') return [...inner, { parent, keys: ['input', 'lower', 'upper'], isTest: true }]
  const isIn = node.type === 'COMPARE_IN' || node.type === 'COMPARE_NOT_IN'
  if (!isIn && !choosing.test(node.function_name ?? node.type ?? '')) return inner
  const children = node.children as unknown as Record<string, ExpressionNode>
  return [...inner, { parent: children, keys: Object.keys(children), isTest: isIn }]
}

/** The text that a node is; undefined if it is no constant text. */
function textOf(node: ExpressionNode, params: Readonly<Record<string, Param>>): string | undefined {
  if (node.class === 'PARAMETER') {
    const { [String(node.identifier)]: value } = params
    return typeof value === 'string' ? value : undefined
  }
  if (node.class !== 'CONSTANT') return undefined
  const { type, value } = node.value as { readonly type?: { readonly id?: string }; readonly value?: unknown }
  return type?.id === 'VARCHAR' && typeof value === 'string' ? value : undefined
}

/** The number of digits that the number of a text needs, and how many of them follow the point. */
function digitsOf(text: string): { readonly width: number; readonly scale: number } | undefined {
  const [found, whole = '', fraction = '', exponent = '0'] =
    /^\s*[+-]?(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,4}))?\s*$/i.exec(text) ?? []
  if (found === undefined || whole + fraction === '') return undefined
  const moved = Number(exponent)
  const scale = Math.max(0, fraction.replace(/0+$/, '').length - moved)
  const digits = whole.replace(/^0+/, '').length
  return { width: Math.max(1, digits, digits + moved) + scale, scale }
}

function mixedFault(expression: string, text: string) {
  const reason = `it compares the text ${text} with a number, and SQL would round the text: cast it, such as try_cast(${text} as double).`
  return tableError('MAESTRO_TABLE_EXPRESSION', { expression, reason })
}

function longFault(expression: string, text: string) {
  const reason = `the number '${text}' has more than ${mostDigits} digits, which SQL would round.`
  return tableError('MAESTRO_TABLE_EXPRESSION', { expression, reason })
}

import type { DuckDBConnection } from '@duckdb/node-api'
import { tableError } from '../errors.js'
import {
  type ComparedNumber,
  exactComparison,
  isExactType,
  isNumberType,
  isUnsafe,
  losesDigits,
  mostDigits,
  numberKey,
} from './exact-comparison.js'
import { type ExpressionNode, ExpressionTree } from './expression-tree.js'

type Param = string | number | boolean | null
type Params = Readonly<Record<string, Param>>

/** Functions and operators that give all their arguments one type. */
const choosing = /^(OPERATOR_COALESCE|nullif|greatest|least)$/i

const operators: Readonly<Record<string, string>> = {
  ...{ COMPARE_EQUAL: '=', COMPARE_NOTEQUAL: '<>', COMPARE_LESSTHAN: '<', COMPARE_GREATERTHAN: '>' },
  ...{ COMPARE_LESSTHANOREQUALTO: '<=', COMPARE_GREATERTHANOREQUALTO: '>=' },
}

/** Values that SQL brings to one type: the node that holds them, and their places in it. */
interface Together {
  /** The comparison itself. */
  readonly node: ExpressionNode
  readonly parent: Record<string, ExpressionNode>
  readonly keys: readonly string[]
  /** Whether they are tested for being equal, which SQL does for a text and a number, too. */
  readonly isTest: boolean
}

/** One of the values that SQL brings to one type. */
interface Value extends ComparedNumber {
  readonly key: string
  readonly constant: Constant | undefined
}

/** A constant text, or a constant number that SQL holds as a fraction of 64 bits. */
interface Constant {
  readonly text: string
  readonly isText: boolean
}

/** How an expression is compared. */
export interface ComparingOptions {
  /** The values that are bound to the expression. */
  readonly params?: Params
  /** How the user wrote it. @default the expression */
  readonly shown?: string
  /** Whether it is a query, in which columns can have been computed, and equal values are joined. @default false */
  readonly isQuery?: boolean
}

/**
 * An expression in which numbers are compared by all their digits. A text that stands beside a number, such as
 * `price > '2.46'`, is that number: SQL would round it to the digits of the other side. A text that is computed, or comes
 * from a column, needs a cast. A big integer or a decimal number beside a fraction would become a fraction.
 *
 * @param typeOf Returns the SQL type of an expression, or undefined if it cannot be computed alone.
 * @throws MAESTRO_TABLE_EXPRESSION
 */
export async function withComparedNumbers(
  connection: DuckDBConnection,
  expression: string,
  typeOf: (expression: string, node: ExpressionNode, tree: ExpressionTree) => Promise<string | undefined>,
  { params = {}, shown = expression, isQuery = false }: ComparingOptions = {},
): Promise<string> {
  if (!/[=<>]|\b(in|between|distinct|case|coalesce|nullif|greatest|least)\b/i.test(expression)) return expression
  const tree = await ExpressionTree.parse(connection, expression)
  const parsed = async (sql: string) => (await ExpressionTree.parse(connection, sql)).root
  let isChanged = false
  for (const { node: comparison, parent, keys, isTest } of groupsIn(tree.root)) {
    const values: Value[] = []
    for (const key of keys) {
      const node = parent[key] as ExpressionNode
      const constant = constantOf(node, params)
      const sql = await tree.sql(node)
      const type = constant?.isText === true ? '' : ((await typeOf(sql, node, tree)) ?? '')
      values.push({ key, constant, sql, type, isSmall: isSmall(node, type, isQuery) })
    }
    if (!values.some(({ type }) => isNumberType(type))) continue
    const computed = values.find(({ type }) => type === 'VARCHAR')
    if (isTest && computed !== undefined) throw mixedFault(shown, computed.sql)
    const all = values.map((value) => withDigits(value, values, isTest, shown))
    for (const [index, { key, sql }] of all.entries()) {
      if (sql === values[index]?.sql) continue
      parent[key] = await parsed(sql)
      isChanged = true
    }
    const numbers = all.filter(({ type }) => type !== '"NULL"' && type !== 'SQLNULL')
    if (!isTest || !numbers.every(({ type }) => isNumberType(type)) || !losesDigits(numbers)) continue
    isChanged = true
    const [left, right] = all
    const operator = operators[comparison.type ?? '']
    const isJoined = isQuery && (operator === '=' || operator === '<>')
    if (left !== undefined && right !== undefined && operator !== undefined && !isJoined)
      replace(comparison, await parsed(exactComparison(operator, left, right)))
    else for (const value of all) parent[value.key] = await parsed(numberKey(value))
  }
  return isChanged ? tree.sql() : expression
}

function replace(node: ExpressionNode, other: ExpressionNode): void {
  const members = node as Record<string, unknown>
  for (const name of Object.keys(members)) delete members[name]
  Object.assign(members, other)
}

/** A constant becomes a decimal number if SQL would round it or the values beside it. */
function withDigits(value: Value, all: readonly Value[], isTest: boolean, shown: string): Value {
  const { constant, sql } = value
  const digits = constant === undefined ? undefined : digitsOf(constant.text)
  if (constant === undefined || digits === undefined) return value
  const others = all.filter((other) => other !== value)
  const isRounded = constant.isText
    ? (digits.scale > 0 && others.some(({ type }) => isExactType(type))) || (isTest && digits.width > 15)
    : isTest && others.some(isUnsafe)
  const stands = constant.isText && isTest && !isRounded && losesDigits(others)
  if (!isRounded && !stands) return value
  if (digits.width > mostDigits) {
    if (constant.isText && digits.scale > 0) throw longFault(shown, constant.text)
    return value
  }
  const type = `DECIMAL(${digits.width}, ${digits.scale})`
  return { ...value, sql: `CAST(${sql} AS ${type})`, type: type.replace(' ', ''), isSmall: digits.width <= 15 }
}

function groupsIn(value: unknown): readonly Together[] {
  if (typeof value !== 'object' || value === null) return []
  const inner = Object.values(value).flatMap(groupsIn)
  const node = value as ExpressionNode
  const parent = node as unknown as Record<string, ExpressionNode>
  if (node.class === 'COMPARISON') return [...inner, { node, parent, keys: ['left', 'right'], isTest: true }]
  if (node.class === 'BETWEEN') return [...inner, { node, parent, keys: ['input', 'lower', 'upper'], isTest: true }]
  const isIn = node.type === 'COMPARE_IN' || node.type === 'COMPARE_NOT_IN'
  if (!isIn && !choosing.test(node.function_name ?? node.type ?? '')) return inner
  const children = node.children as unknown as Record<string, ExpressionNode>
  return [...inner, { node, parent: children, keys: Object.keys(children), isTest: isIn }]
}

/** Whether a number is certainly a whole number of at most 53 bits: so are those of a column of the type `integer`. */
function isSmall(node: ExpressionNode, type: string, isQuery: boolean): boolean {
  if (node.class === 'COLUMN_REF') return type === 'BIGINT' && !isQuery
  if (node.class !== 'CONSTANT') return false
  const { value } = node.value as { readonly value?: unknown }
  return Number.isSafeInteger(value) && type !== 'DOUBLE' && !type.startsWith('DECIMAL')
}

function constantOf(node: ExpressionNode, params: Params): Constant | undefined {
  if (node.class === 'PARAMETER') {
    const { [String(node.identifier)]: value } = params
    if (typeof value === 'string') return { text: value, isText: true }
    return typeof value === 'number' ? { text: String(value), isText: false } : undefined
  }
  if (node.class !== 'CONSTANT') return undefined
  const { type, value } = node.value as { readonly type?: { readonly id?: string }; readonly value?: unknown }
  if (type?.id === 'VARCHAR' && typeof value === 'string') return { text: value, isText: true }
  return type?.id === 'DOUBLE' ? { text: String(value), isText: false } : undefined
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

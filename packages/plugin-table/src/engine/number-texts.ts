import type { DuckDBConnection } from '@duckdb/node-api'
import { type ExpressionNode, ExpressionTree } from './expression-tree.js'
import { plainArguments } from './plain-arguments.js'

/** Functions that convert a number to text. */
const joining = new Set(['||', 'concat', 'concat_ws', 'string_agg', 'group_concat', 'listagg', 'array_to_string'])

/** A place at which an expression converts a value to text. */
interface TextPlace {
  readonly value: ExpressionNode
  /** The SQL types whose text is not that of JavaScript, or which cannot stand there at all. */
  readonly types: RegExp
  replace(node: ExpressionNode): void
}

/**
 * An expression in which numbers become the text that JavaScript gives them, such as 7919 and not 7919.0, for any
 * column type. The text must not depend on other rows or on the previous step.
 *
 * @param typeOf Returns the SQL type of an expression, or undefined if it cannot be computed alone.
 */
export async function withNumberTexts(
  connection: DuckDBConnection,
  expression: string,
  typeOf: (expression: string) => Promise<string | undefined>,
): Promise<string> {
  if (!/varchar|text|string|char|\|\||concat|_agg|listagg|format|printf/i.test(expression)) return expression
  const tree = await ExpressionTree.parse(connection, expression)
  let isChanged = false
  for (const { value, types, replace } of textPlaces(tree.root)) {
    if (value.class === 'CONSTANT') continue
    const type = (await typeOf(await tree.sql(value))) ?? ''
    if (!types.test(type)) continue
    replace(call(type.endsWith(']') ? 'maestro_texts' : 'maestro_text', value))
    isChanged = true
  }
  return isChanged ? tree.sql() : expression
}

/** The places in a tree at which a value becomes text, inner ones first. */
function textPlaces(value: unknown): readonly TextPlace[] {
  if (typeof value !== 'object' || value === null) return []
  const inner = Object.values(value).flatMap(textPlaces)
  const node = value as ExpressionNode
  if (node.class === 'CAST' && (node.cast_type as { id?: string }).id === 'VARCHAR')
    return [...inner, placeIn(node, 'child')]
  if (node.class !== 'FUNCTION') return inner
  const name = node.function_name ?? ''
  if (joining.has(name)) return [...inner, ...placesIn(node.children)]
  const plain = plainArguments(name, node.children as readonly ExpressionNode[])
  return [...inner, ...plain.map((index) => placeIn(node.children as object, String(index), numbers))]
}

function placesIn(list: unknown): readonly TextPlace[] {
  return Object.keys(list as object).map((key) => placeIn(list as object, key))
}

const fractions = /^(DOUBLE|DECIMAL\(\d+, *\d+\))(\[\])?$/
/** `format` takes a BIGNUM for a DOUBLE, and %s of `printf` takes no number. */
const numbers = /^(DOUBLE|DECIMAL\(\d+, *\d+\)|BIGNUM|U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER)$/

function placeIn(parent: object, key: string, types = fractions): TextPlace {
  const members = parent as Record<string, ExpressionNode>
  return {
    types,
    get value() {
      return members[key] as ExpressionNode
    },
    replace: (node) => {
      members[key] = node
    },
  }
}

function call(name: string, argument: ExpressionNode): ExpressionNode {
  return {
    class: 'FUNCTION',
    type: 'FUNCTION',
    alias: '',
    function_name: name,
    schema: '',
    children: [argument],
    filter: null,
    order_bys: { type: 'ORDER_MODIFIER', orders: [] },
    distinct: false,
    is_operator: false,
    export_state: false,
    catalog: '',
  }
}

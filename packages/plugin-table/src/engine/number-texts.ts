import type { DuckDBConnection } from '@duckdb/node-api'
import { type ExpressionNode, ExpressionTree } from './expression-tree.js'

/** Functions that convert a number to text. */
const joining = new Set(['||', 'concat', 'concat_ws', 'string_agg', 'group_concat', 'listagg', 'array_to_string'])

/** A place at which an expression converts a value to text. */
interface TextPlace {
  readonly value: ExpressionNode
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
  if (!/varchar|text|string|char|\|\||concat|_agg|listagg/i.test(expression)) return expression
  const tree = await ExpressionTree.parse(connection, expression)
  let isChanged = false
  for (const { value, replace } of textPlaces(tree.root)) {
    if (value.class === 'CONSTANT') continue
    const type = (await typeOf(await tree.sql(value))) ?? ''
    if (!/^(DOUBLE|DECIMAL\(\d+, *\d+\))(\[\])?$/.test(type)) continue
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
  if (node.class === 'FUNCTION' && joining.has(node.function_name ?? '')) return [...inner, ...placesIn(node.children)]
  return inner
}

function placesIn(list: unknown): readonly TextPlace[] {
  return Object.keys(list as object).map((key) => placeIn(list as object, key))
}

function placeIn(parent: object, key: string): TextPlace {
  const members = parent as Record<string, ExpressionNode>
  return {
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

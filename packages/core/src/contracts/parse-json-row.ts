import { needsColumnOrder, withColumnOrder } from './column-order.js'
import { deepestValue, parseJson } from './parse-json.js'

/** JSON text of a row, as `parseJson` reads it. An object keeps the order of its columns. @throws SyntaxError */
export function parseJsonRow(text: string): unknown {
  const value = parseJson(text, deepestValue + 1)
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? inTextOrder(value, text) : value
}

/** Gives an object the order that its columns have in its JSON text, where JavaScript would lose it. */
export function inTextOrder<Value extends object>(value: Value, text: string): Value {
  for (const first in value) return needsColumnOrder([first]) ? withColumnOrder(value, memberNames(text)) : value
  return value
}

/** The names of the members of a JSON object, in order. */
function memberNames(text: string): readonly string[] {
  const names = new Set<string>()
  // Strings, and what opens, parts or closes lists and objects; everything else is passed over.
  const pieces = /"(?:[^"\\]|\\.)*"|[[\]{},:]/g
  let depth = 0
  let latest = ''
  for (const [piece] of text.matchAll(pieces)) {
    if (piece === '{' || piece === '[') depth++
    else if (piece === '}' || piece === ']') depth--
    else if (piece === ':' && depth === 1) names.add(JSON.parse(latest) as string)
    else if (piece.startsWith('"')) latest = piece
    if (depth === 0) break
  }
  return [...names]
}

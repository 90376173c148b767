import { isIndexName, withColumnOrder } from './column-order.js'
import { deepestValue, parseJson } from './parse-json.js'

/** Parses JSON text like `parseJson`; an object keeps the order of its columns. @throws SyntaxError */
export function parseJsonRow(text: string): unknown {
  const value = parseJson(text, deepestValue + 1)
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? inTextOrder(value, text) : value
}

/** Gives an object the order of columns in its JSON text, if JavaScript would lose it. */
export function inTextOrder<Value extends object>(value: Value, text: string): Value {
  for (const first in value) return isIndexName(first) ? withColumnOrder(value, memberNames(text)) : value
  return value
}

/** The names of the members of a JSON object, in order. */
function memberNames(text: string): readonly string[] {
  const names = new Set<string>()
  // Matches strings, and the characters that open, separate, or close lists and objects; everything else is skipped.
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

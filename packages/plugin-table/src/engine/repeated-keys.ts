import type { TableFile } from '@maestro-dataflow/core'
import { lineColumn } from './lines.js'
import { literal } from './sql-text.js'

/** So many names are looked for one by one. */
const fewNames = 3

/**
 * Whether a line may hold one of these keys twice, in SQL: a quick look at the text that misses no such line and asks for few
 * others. DuckDB would take the first value of such a key; the last counts.
 *
 * @param present The values that were found for the names, NULL for none.
 */
export function mayRepeat(names: readonly string[], format: TableFile['format'], present: readonly string[]): string {
  const isEscaped = `contains(${lineColumn}, ${literal(names.every(isPlain) ? '\\u00' : '\\')})`
  const isTwice = names.map((name) => standsTwice(name, format)).join(' OR ')
  if (names.length <= fewNames || format === 'step') return `(${isEscaped} OR ${isTwice})`
  // A line without blanks before its colons has no more keys than colons after a quote: as many as there are values, or look.
  const keys = `len(string_split(${lineColumn}, '":')) - 1`
  const values = present.map((value) => `(${value} IS NOT NULL)::INTEGER`).join(' + ')
  const isSpaced = [' :', '\t', '\r'].map((text) => `contains(${lineColumn}, ${literal(text)})`).join(' OR ')
  return `(${isEscaped} OR CASE WHEN ${keys} > ${values} OR ${isSpaced} THEN ${isTwice} ELSE false END)`
}

/** Whether a name is written in one way, unless its characters are written as \u00xx. */
function isPlain(name: string): boolean {
  return /^[ !#-.0-[\]-~]*$/.test(name)
}

function standsTwice(name: string, format: TableFile['format']): string {
  const quoted = JSON.stringify(name.toWellFormed())
  if (/[%_\\]/.test(quoted)) return `split_part(${lineColumn}, ${literal(quoted)}, 3) <> ''`
  // The id of a step file and the word "row" stand before the row.
  const start = format === 'step' ? '%,"row":' : ''
  return `${lineColumn} LIKE ${literal(`${start}%${quoted}%${quoted}%`)}`
}

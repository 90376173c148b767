import type { TableFile } from '@maestro-dataflow/core'
import { lineColumn } from './lines.js'
import { literal } from './sql-text.js'

/** Up to this number of names, each is searched for directly. */
const fewNames = 3

/**
 * An SQL condition for whether a line may contain one of these keys twice. It is a quick check of the text that misses
 * no such line and matches few others. DuckDB would take the first value of such a key, but the last one counts.
 *
 * @param present The values that were found for the names; NULL if there is none.
 */
export function mayRepeat(names: readonly string[], format: TableFile['format'], present: readonly string[]): string {
  const isEscaped = `contains(${lineColumn}, ${literal(names.every(isPlain) ? '\\u00' : '\\')})`
  const isTwice = names.map((name) => standsTwice(name, format)).join(' OR ')
  if (names.length <= fewNames || format === 'step') return `(${isEscaped} OR ${isTwice})`
  // In a line without blanks before its colons, there are at least as many colons after quotes as keys. If there are
  // more of them than values, the line is searched.
  const keys = `len(string_split(${lineColumn}, '":')) - 1`
  const values = present.map((value) => `(${value} IS NOT NULL)::INTEGER`).join(' + ')
  const isSpaced = [' :', '\t', '\r'].map((text) => `contains(${lineColumn}, ${literal(text)})`).join(' OR ')
  return `(${isEscaped} OR CASE WHEN ${keys} > ${values} OR ${isSpaced} THEN ${isTwice} ELSE false END)`
}

/** Whether a name has only one spelling, apart from characters written as \u00xx. */
function isPlain(name: string): boolean {
  return /^[ !#-.0-[\]-~]*$/.test(name)
}

function standsTwice(name: string, format: TableFile['format']): string {
  const quoted = JSON.stringify(name.toWellFormed())
  if (/[%_\\]/.test(quoted)) return `split_part(${lineColumn}, ${literal(quoted)}, 3) <> ''`
  // The id of a step file and the word "row" precede the row.
  const start = format === 'step' ? '%,"row":' : ''
  return `${lineColumn} LIKE ${literal(`${start}%${quoted}%${quoted}%`)}`
}

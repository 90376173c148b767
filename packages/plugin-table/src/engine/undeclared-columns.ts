import type { ColumnSet } from '@maestro-dataflow/core'
import type { ExtractedColumns } from './extracted-columns.js'
import { lineColumn } from './lines.js'
import { literal } from './sql-text.js'

/**
 * An SQL condition for whether the line of a row has no other columns than the declared ones. Reading the names of all
 * columns means parsing the line once more, so most lines are judged by their length: if the names and values of all
 * declared columns fill the line, there is no room for another one.
 */
export function hasOnlyColumns({ columns }: ColumnSet, extracted: ExtractedColumns): string {
  const names = Object.keys(columns)
  if (names.length === 0) return `len(json_keys(${lineColumn})) = 0`
  // An SQL literal ends at a NUL character, and no name in a line contains half a character.
  const known = names.filter((name) => !name.includes('\0') && name.isWellFormed()).map(literal)
  const listed = `list_has_all([${known.join(', ')}], json_keys(${lineColumn}))`
  const fixed = names.reduce((length, name) => length + Buffer.byteLength(JSON.stringify(name)) + 2, 1)
  const lengths = names.map((name) => `strlen(${extracted.json(name)})`)
  const plain = names.flatMap((name) => asWritten(extracted.json(name), columns[name]))
  if (plain.includes(undefined)) return listed
  const isFilled = [`strlen(${lineColumn}) = ${[fixed, ...lengths].join(' + ')}`, ...plain].join(' AND ')
  return `CASE WHEN ${isFilled} THEN true ELSE ${listed} END`
}

/**
 * Conditions for the engine's text of a value to be no longer than the line's own text. Of the scalar values, only
 * numbers can become longer: 1e3 becomes 1000.0, and 1e-3 becomes 0.001.
 */
function asWritten(json: string, type: ColumnSet['columns'][string] | undefined): readonly (string | undefined)[] {
  switch (type) {
    case 'string':
    case 'boolean':
      return []
    case 'number':
    case 'integer':
      return [`NOT contains(${json}, '.0')`, `NOT contains(${json}, 'e')`]
    default:
      return [undefined]
  }
}

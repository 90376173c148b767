import type { ColumnSet } from '@maestro-dataflow/core'
import type { ExtractedColumns } from './extracted-columns.js'
import { lineKeys } from './line-keys.js'
import { literal } from './sql-text.js'

/** An SQL condition for whether the line of a row has no other columns than the declared ones. */
export function hasOnlyColumns({ columns }: ColumnSet, extracted: ExtractedColumns): string {
  const names = Object.keys(columns)
  const keys = lineKeys(extracted.format)
  if (names.length === 0) return `len(${keys}) = 0`
  // An SQL literal ends at a NUL character, and no name in a line contains half a character.
  const known = names.filter((name) => !name.includes('\0') && name.isWellFormed()).map(literal)
  return `CASE WHEN ${extracted.isComplete} THEN true ELSE list_has_all([${known.join(', ')}], ${keys}) END`
}

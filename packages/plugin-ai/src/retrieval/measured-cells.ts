import type { Row } from '@maestro-dataflow/core'
import { columnText } from '../asking/column-text.js'
import { aiError } from '../errors.js'

/** The text of a cell; undefined if there is none. A null answer means that the sources did not contain it. */
export function textOf(row: Row, column: string): string | undefined {
  const value = row[column]
  if (value === null || value === undefined || value === '') return undefined
  return columnText(row, column)
}

/** Reads ids from a list of ids, a list of passages, or a single id. @throws MAESTRO_AI_PASSAGES */
export function idsOf(row: Row, column: string): readonly string[] {
  const value = row[column] ?? []
  const list: readonly unknown[] = Array.isArray(value) ? value : [value]
  return list.map((one) => {
    const id = typeof one === 'object' && one !== null ? (one as { id?: unknown }).id : one
    if (typeof id === 'string') return id
    throw aiError('MAESTRO_AI_PASSAGES', { column })
  })
}

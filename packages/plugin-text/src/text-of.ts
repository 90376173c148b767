import type { Row } from '@maestro-dataflow/core'
import { textError } from './errors.js'

/** The text in a column. @throws MAESTRO_TEXT_MISSING */
export function textOf(row: Row, column: string): string {
  const value = Object.hasOwn(row, column) ? row[column] : undefined
  if (typeof value === 'string') return value
  throw textError('MAESTRO_TEXT_MISSING', { column, found: foundIn(value) })
}

/** What a cell contains, for a message. */
export function foundIn(value: unknown): string {
  if (value === undefined) return 'nothing'
  return value === null ? 'null' : `a value of type ${typeof value}`
}

import type { Row } from '@maestro-dataflow/core'
import type { ColumnKey } from '../../values/column-keys.js'

/** The value of a column; null and missing are the same. */
export function valueIn(row: Row, column: string): unknown {
  return Object.hasOwn(row, column) ? (row[column] ?? undefined) : undefined
}

/** A text that is the same for rows with equal values in these columns. */
export function groupKey(row: Row, by: readonly string[], key: ColumnKey): string {
  return by.length === 0 ? '' : JSON.stringify(by.map((column) => key(row, column)))
}

import type { ColumnSet, Row } from '@maestro-dataflow/core'
import { columnTypeIn } from '../engine/known-columns.js'
import { decimalTextKey, orderKey } from './order-key.js'

/** The order key of the value that a row has in a column; null if it has none. */
export type ColumnKey = (row: Row, column: string) => string | null

/** The keys of values whose types the plan may know: the texts of a decimal column are numbers. */
export function columnKeys(columns: ColumnSet): ColumnKey {
  return (row, column) => {
    const value = Object.hasOwn(row, column) ? row[column] : undefined
    return columnTypeIn(column, columns) === 'decimal' ? decimalOrderKey(value) : orderKey(value)
  }
}

/** The order key of a value of a decimal column. */
export function decimalOrderKey(value: unknown): string | null {
  return (typeof value === 'string' ? decimalTextKey(value) : undefined) ?? orderKey(value)
}

import type { ColumnSet, ColumnType } from '@maestro-dataflow/core'

/** The type of a column, as far as the plan knows it. */
export function columnTypeIn(column: string, columns: ColumnSet): ColumnType {
  return Object.hasOwn(columns.columns, column) ? (columns.columns[column] ?? 'unknown') : 'unknown'
}

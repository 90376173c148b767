import { needsColumnOrder, type SourceBatch, withColumnOrder } from '@maestro-dataflow/core'
import { RecordBatch } from './record-batch.js'
import { reasonOf } from './unreadable.js'

/** The values of a column of a file that stores its rows by column. */
export interface StoredColumn {
  readonly name: string
  /** What is stored for a row. @throws if the value cannot be read */
  at(index: number): unknown
  /** Makes what is stored the value of a row. It is not called for null. @throws if the value cannot be read */
  convert(stored: unknown): unknown
}

/** The rows of a stretch of columns. A row with a value that cannot be read is rejected. */
export function rowsOfColumns(
  columns: readonly StoredColumn[],
  stretch: { readonly prefix: string; readonly first: number; readonly start: number; readonly end: number },
): SourceBatch {
  const { prefix, first, start, end } = stretch
  const rows: Record<string, unknown>[] = Array.from({ length: end - start }, () => ({}))
  const faults = new Map<number, { readonly column: string; readonly error: unknown }>()
  for (const column of columns) {
    for (const [place, row] of rows.entries()) {
      try {
        const stored = column.at(start + place) ?? null
        row[column.name] = stored === null ? null : column.convert(stored)
      } catch (error) {
        row[column.name] = null
        if (!faults.has(place)) faults.set(place, { column: column.name, error })
      }
    }
  }
  const names = columns.map(({ name }) => name)
  const isOrdered = needsColumnOrder(names)
  const batch = new RecordBatch(prefix)
  for (const [place, row] of rows.entries()) {
    const shown = isOrdered ? withColumnOrder(row, names) : row
    const fault = faults.get(place)
    if (fault === undefined) batch.addNumber(first + place, shown)
    else {
      const reason = `the value of "${fault.column}" cannot be read: ${reasonOf(fault.error)}`
      batch.reject(`${prefix}${first + place}`, shown, reason, undefined, fault.error)
    }
  }
  const { bytes: _, ...taken } = batch.take()
  return taken
}

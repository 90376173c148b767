import type { ColumnSet, Row } from './row.js'
import type { RowStorage } from './row-storage.js'
import type { InlineRows } from './storage.js'

/** Rows in code: an array, an iterable, a function that returns one, or a storage's current step. */
export interface InlineRowsSource {
  readonly rows: InlineRows<Row> | (() => InlineRows<Row>) | RowStorage
  readonly columns: ColumnSet
  /** The column whose value is the row's id. */
  readonly key?: string
}

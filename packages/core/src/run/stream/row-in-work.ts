import type { Row, RowId } from '../../contracts/row.js'
import type { Entry, Leaf } from './ordered-window.js'

/** A row in a chain, and the leaf that it becomes. */
export interface RowInWork {
  readonly entry: Entry
  readonly leaf: Leaf
  readonly id: RowId
  /** The row as it enters the step that it has reached. */
  row: Row
}

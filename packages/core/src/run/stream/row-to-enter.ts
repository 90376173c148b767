import type { RowId } from '../../contracts/row.js'
import type { Entry } from './ordered-window.js'
import type { RowInWork } from './row-in-work.js'

/** A record that enters, and its row. */
export interface RowToEnter extends RowInWork {
  id: RowId
  readonly entry: Entry
}

export function rowToEnter(): RowToEnter {
  const entry: Entry = {
    id: '',
    row: undefined,
    children: undefined,
    lost: undefined,
    rejected: undefined,
    passedBy: undefined,
    numbers: undefined,
    number: 0,
    pending: 1,
    bytes: 0,
    held: 0,
    spilled: undefined,
  }
  return { entry, leaf: entry, id: '', row: {} }
}

/** Makes a record that has left fit to be used again. */
export function clearEntry(entry: Entry): void {
  entry.row = undefined
  entry.children = undefined
  entry.lost = undefined
  entry.rejected = undefined
  entry.passedBy = undefined
  entry.pending = 1
}

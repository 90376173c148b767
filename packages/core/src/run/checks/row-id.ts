import type { RowId } from '../../contracts/row.js'

/** Whether a value is a row id. An id is a text. It may be empty, because a key of a database may be empty. */
export function isRowId(value: unknown): value is RowId {
  return typeof value === 'string'
}

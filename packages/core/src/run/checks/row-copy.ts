import type { Row } from '../../contracts/row.js'

/** A copy of a row whose cells can be changed in place without changing the row itself. */
export function deepCopy(row: Row): Row {
  if (!hasNestedCells(row)) return { ...row }
  try {
    // The row itself keeps the order of its columns.
    return { ...row, ...(copyOf(row) as Row) }
  } catch {
    // The row is nested too deeply to be copied.
    return { ...row }
  }
}

/** Whether a cell of the row could be changed in place. */
export function hasNestedCells(row: Row): boolean {
  for (const column in row) {
    const value = row[column]
    if (typeof value === 'object' && value !== null) return true
  }
  return false
}

function copyOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(copyOf)
  if (value instanceof Date) return new Date(value)
  if (value instanceof Float32Array) return Float32Array.prototype.slice.call(value)
  // The `slice` of a buffer would share its memory.
  if (value instanceof Uint8Array) return Uint8Array.prototype.slice.call(value)
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return value
  const copy = Object.fromEntries(Object.entries(value).map(([name, cell]) => [name, copyOf(cell)]))
  return prototype === null ? Object.setPrototypeOf(copy, null) : copy
}

import { hash } from 'node:crypto'
import type { Row, RowId } from '../../contracts/row.js'
import { encodeStepValue } from '../../provider/step-codec.js'

/** The hash of a row's key; undefined if the row lacks a value of it. Values count by their text: 5 and '5' are one key. */
export function hashOfKey(row: Row, key: readonly string[]): Buffer | undefined {
  const texts: string[] = []
  for (const column of key) {
    const value = Object.hasOwn(row, column) ? row[column] : undefined
    if (value === undefined || value === null || value === '') return undefined
    texts.push(textOf(value))
  }
  return hash('sha256', JSON.stringify(texts), 'buffer').subarray(0, 16)
}

/** The hash of the columns that show whether a row has changed. Their order in the row does not count. */
export function hashOfContent(row: Row, compare: readonly string[] | undefined): Buffer {
  const compared =
    compare === undefined
      ? Object.keys(row)
          .sort()
          .map((column) => [column, row[column]])
      : compare.map((column) => row[column] ?? null)
  return hash('sha256', encodeStepValue(compared), 'buffer').subarray(0, 8)
}

export function hashOfId(id: RowId): Buffer {
  return hash('sha256', id, 'buffer').subarray(0, 8)
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString()
  return typeof value === 'object' ? encodeStepValue(value) : String(value)
}

import type { ColumnType, TableFile } from '@maestro-dataflow/core'

const decimal = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/

/** Whether a value is of the type of its column. Integers in JSON that are too large for a number are big integers. */
export function fitsType(value: unknown, type: ColumnType, format: TableFile['format']): boolean {
  switch (type) {
    case 'string':
    case 'boolean':
      return typeof value === type
    case 'number':
      return typeof value === 'number' || (typeof value === 'bigint' && format === 'rows' && isExact(value))
    case 'integer':
      // A sum may be larger than its summands.
      return Number.isSafeInteger(value) || (typeof value === 'bigint' && format === 'step')
    case 'bigint':
      return typeof value === 'bigint' || Number.isSafeInteger(value)
    case 'decimal':
      return typeof value === 'string' && decimal.test(value)
    case 'date':
      return value instanceof Date
    case 'bytes':
      return value instanceof Uint8Array
    case 'vector':
      return value instanceof Float32Array
    default:
      return true
  }
}

/** Whether a number can represent an integer exactly. */
export function isExact(value: bigint): boolean {
  const number = Number(value)
  return Number.isFinite(number) && BigInt(number) === value
}

import type { ColumnType } from './row.js'

/** A decimal of any length; databases also have these three special values. */
const decimal = /^(?:[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?|-?Infinity|NaN)$/i

/** Whether a value is of a column type. Null and undefined are values of every type. */
export function hasType(value: unknown, type: ColumnType): boolean {
  if (value === null || value === undefined) return true
  switch (type) {
    case 'string':
      return typeof value === 'string'
    case 'number':
      return typeof value === 'number'
    case 'integer':
      return Number.isSafeInteger(value)
    case 'bigint':
      return typeof value === 'bigint'
    case 'decimal':
      return typeof value === 'string' && decimal.test(value)
    case 'boolean':
      return typeof value === 'boolean'
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

/** Whether a number can represent a whole number exactly. */
export function isExactNumber(value: bigint): boolean {
  const number = Number(value)
  return Number.isFinite(number) && BigInt(number) === value
}

/**
 * The value of a column of JSON text. JSON has one kind of number, so the type of the column decides whether a whole
 * number is a number or a big integer. A value that does not fit the type stays as it is.
 */
export function fromJsonNumber(value: unknown, type: ColumnType): unknown {
  if (type === 'number' && typeof value === 'bigint' && isExactNumber(value)) return Number(value)
  if (type === 'bigint' && Number.isSafeInteger(value)) return BigInt(value as number)
  return value
}

import type { ColumnType } from '../../contracts/row.js'

/**
 * Whether a value of a row is a promise. It means that an `await` is missing; no file or database can hold a promise.
 */
export function isPromise(value: unknown): boolean {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
}

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
      return Number.isInteger(value)
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

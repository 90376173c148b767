import type { ColumnType } from '../contracts/row.js'

/** The column type of a value; undefined for null and undefined, which have no type. */
export function columnTypeOf(value: unknown): ColumnType | undefined {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'bigint':
    case 'boolean':
      return typeof value as 'string' | 'number' | 'bigint' | 'boolean'
    case 'object':
      if (value === null) return undefined
      if (value instanceof Date) return 'date'
      if (value instanceof Float32Array) return 'vector'
      return value instanceof Uint8Array ? 'bytes' : 'json'
    default:
      return undefined
  }
}

import type { ColumnSet, MaestroError, Row } from '@maestro-dataflow/core'
import { aiError } from '../errors.js'

/** A vector in a column: a typed array from `ai.embed`, or a list of numbers from JSON. */
export type Vector = Float32Array | readonly number[]

/**
 * Reads the vector of a column.
 *
 * @throws MAESTRO_AI_VECTOR for a value that is not a list of finite numbers
 */
export function vectorOf(row: Row, column: string): Vector {
  const value = row[column]
  if (isVector(value)) return value
  throw aiError('MAESTRO_AI_VECTOR', { column, reason: `it holds ${describe(value)}` })
}

export function isVector(value: unknown): value is Vector {
  if (!(value instanceof Float32Array) && !Array.isArray(value)) return false
  return value.length > 0 && (value as readonly unknown[]).every((part) => Number.isFinite(part))
}

/** Checks in the plan that columns can hold vectors. */
export function checkVectors(columns: ColumnSet, names: readonly (string | undefined)[]): readonly MaestroError[] {
  return names.flatMap((column) => {
    const type = column !== undefined && Object.hasOwn(columns.columns, column) ? columns.columns[column] : undefined
    if (column === undefined || type === undefined || ['vector', 'json', 'unknown'].includes(type)) return []
    return [aiError('MAESTRO_AI_VECTOR', { column, reason: `its type is ${type}` })]
  })
}

function describe(value: unknown): string {
  if (value === undefined || value === null) return 'nothing'
  if (value instanceof Float32Array || Array.isArray(value))
    return value.length === 0 ? 'an empty list' : 'a list with a value that is not a finite number'
  return `a value of type ${typeof value}`
}

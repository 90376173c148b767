import type { ColumnSet, MaestroError, Row } from '@maestro-dataflow/core'
import { aiError } from '../errors.js'

/** A vector as columns hold it: as `ai.embed` makes it, or as JSON keeps it. */
export type Vector = Float32Array | readonly number[]

/**
 * The vector of a column.
 *
 * @throws MAESTRO_AI_VECTOR for what is no list of finite numbers
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

/** What the plan knows of columns that must hold vectors. */
export function checkVectors(columns: ColumnSet, names: readonly (string | undefined)[]): readonly MaestroError[] {
  return names.flatMap((column) => {
    const type = column === undefined ? undefined : columns.columns[column]
    if (column === undefined || type === undefined || ['vector', 'json', 'unknown'].includes(type)) return []
    return [aiError('MAESTRO_AI_VECTOR', { column, reason: `its type is ${type}` })]
  })
}

function describe(value: unknown): string {
  if (value === undefined || value === null) return 'nothing'
  if (value instanceof Float32Array || Array.isArray(value))
    return value.length === 0 ? 'an empty list' : 'a list with something that is no finite number'
  return `a value of type ${typeof value}`
}

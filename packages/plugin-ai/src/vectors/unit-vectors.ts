import { type AllRows, type GlobalContext, MaestroError } from '@maestro-dataflow/core'
import { assertSameDimension, dot } from './metrics.js'
import { vectorOf } from './vector.js'

/** The unit vectors of a table by the positions of their rows. Rows without a vector have no entry. */
export type UnitVectors = ReadonlyMap<number, Float32Array>

/**
 * Reads the vectors of all rows. A row is rejected if it has no vector, or if its dimension differs from the first one.
 */
export async function readUnitVectors(all: AllRows, column: string, context: GlobalContext): Promise<UnitVectors> {
  const units = new Map<number, Float32Array>()
  let first: Float32Array | undefined
  let place = 0
  for await (const { ids, rows } of all) {
    context.signal.throwIfAborted()
    for (const [index, row] of rows.entries()) {
      try {
        const unit = toUnit(Float32Array.from(vectorOf(row, column)))
        first ??= unit
        assertSameDimension(first, unit)
        units.set(place, unit)
      } catch (error) {
        if (!MaestroError.is(error)) throw error
        context.reject(ids[index] ?? '', row, error)
      }
      place++
    }
  }
  return units
}

/** The vector scaled to length 1. A zero vector is unchanged and similar to no other vector. */
export function toUnit(vector: Float32Array): Float32Array {
  const length = Math.sqrt(dot(vector, vector))
  return length === 0 ? vector : vector.map((part) => part / length)
}

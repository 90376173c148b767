import { isDeepStrictEqual } from 'node:util'
import type { Row } from '@maestro-dataflow/core'

/** Whether two values are equal. Their numbers may differ by a share, for models whose numbers vary. */
export function alike(one: unknown, other: unknown, tolerance = 0): boolean {
  if (typeof one === 'number' && typeof other === 'number')
    return Object.is(one, other) || one === other || Math.abs(one - other) <= tolerance * Math.max(1, Math.abs(one))
  if (tolerance === 0 || typeof one !== 'object' || typeof other !== 'object' || one === null || other === null)
    return isDeepStrictEqual(one, other)
  if (Object.getPrototypeOf(one) !== Object.getPrototypeOf(other)) return false
  const [some, others] = [Object.entries(one), new Map<string, unknown>(Object.entries(other))]
  return (
    some.length === others.size &&
    some.every(([key, value]) => others.has(key) && alike(value, others.get(key), tolerance))
  )
}

/** The first column in which two rows differ. */
export function differingColumn(one: Row, other: Row, tolerance = 0): string | undefined {
  const columns = new Set([...Object.keys(one), ...Object.keys(other)])
  return [...columns].find((column) => !alike(own(one, column), own(other, column), tolerance))
}

const own = (row: Row, column: string): unknown => (Object.hasOwn(row, column) ? row[column] : undefined)

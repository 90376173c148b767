import { aiError } from '../errors.js'

/**
 * The measure of similarity. `l2` is a distance, so a lower value means more similar; with the others, a higher value
 * does.
 */
export type Metric = 'cosine' | 'dot' | 'l2'

/**
 * @returns `cosine` from -1 to 1, 0 for a vector of length 0; `dot` any number; `l2` a distance from 0
 * @throws MAESTRO_AI_DIMENSIONS for vectors of different dimensions
 */
export function similarity(metric: Metric, a: ArrayLike<number>, b: ArrayLike<number>): number {
  assertSameDimension(a, b)
  switch (metric) {
    case 'dot':
      return dot(a, b)
    case 'l2':
      return distance(a, b)
    case 'cosine': {
      const lengths = Math.sqrt(dot(a, a)) * Math.sqrt(dot(b, b))
      return lengths === 0 ? 0 : Math.max(-1, Math.min(1, dot(a, b) / lengths))
    }
  }
}

/** @throws MAESTRO_AI_DIMENSIONS */
export function assertSameDimension(a: ArrayLike<number>, b: ArrayLike<number>): void {
  if (a.length !== b.length) throw aiError('MAESTRO_AI_DIMENSIONS', { one: a.length, other: b.length })
}

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0
  for (let at = 0; at < a.length; at++) sum += (a[at] ?? 0) * (b[at] ?? 0)
  return sum
}

function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0
  for (let at = 0; at < a.length; at++) sum += ((a[at] ?? 0) - (b[at] ?? 0)) ** 2
  return Math.sqrt(sum)
}

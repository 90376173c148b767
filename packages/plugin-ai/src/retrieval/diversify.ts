import { dot } from '../vectors/metrics.js'
import type { Passage } from './passage.js'

/**
 * Chooses passages that are similar to the query but not to each other, by maximal marginal relevance (Carbonell and
 * Goldstein, 1998).
 *
 * @param vectors The vectors of the passages, in their order. @param lambda 1: relevance alone; 0: diversity alone.
 */
export function diversify(
  passages: readonly Passage[],
  vectors: readonly Float32Array[],
  query: Float32Array,
  { k, lambda }: { readonly k: number; readonly lambda: number },
): readonly Passage[] {
  const units = vectors.map(toUnit)
  const relevance = units.map((unit) => dot(unit, toUnit(query)))
  const left = new Set(passages.keys())
  const chosen: number[] = []
  while (chosen.length < k && left.size > 0) {
    let best = -1
    let most = Number.NEGATIVE_INFINITY
    for (const index of left) {
      const unit = units[index] ?? new Float32Array()
      const nearest = chosen.reduce((max, other) => Math.max(max, dot(unit, units[other] ?? unit)), 0)
      const worth = lambda * (relevance[index] ?? 0) - (1 - lambda) * nearest
      if (worth > most) [best, most] = [index, worth]
    }
    left.delete(best)
    chosen.push(best)
  }
  return chosen.flatMap((index) => passages[index] ?? [])
}

function toUnit(vector: Float32Array): Float32Array {
  const length = Math.sqrt(dot(vector, vector))
  return length === 0 ? vector : vector.map((value) => value / length)
}

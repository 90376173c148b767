import type { VectorMetric } from '@maestro-dataflow/core'
import { halfSquares, type StoreContent } from './exact-search.js'
import type { Comparer } from './nearest.js'

/** The centres of parts, and the part of each vector. */
export interface Parts {
  readonly centres: Float32Array
  readonly partOf: Uint32Array
}

const passes = 8
/** The number of vectors of each part from which its center is computed. */
const learntFrom = 64
/** The number of vectors that are compared with all centres in one product. */
const atOnce = 4096

/**
 * Sorts vectors into parts of similar ones by k-means: Lloyd's algorithm over a sample, with all products computed as in
 * an exact search. Similarity is the distance, or for cosine, whose vectors have length 1, the product.
 */
export async function sortIntoParts(
  comparer: Comparer,
  metric: VectorMetric,
  { count, dimensions, numbers }: Pick<StoreContent, 'count' | 'dimensions' | 'numbers'>,
  parts: number,
): Promise<Parts> {
  const every = Math.max(1, Math.floor(count / (parts * learntFrom)))
  const sample = take(numbers, dimensions, Math.floor(count / every), every)
  let centres = take(numbers, dimensions, parts, Math.floor(count / parts))
  for (let pass = 0; pass < passes; pass++) {
    const partOf = await nearest(comparer, metric, sample, centres, dimensions)
    centres = middles(sample, partOf, centres, dimensions, metric)
  }
  return { centres, partOf: await nearest(comparer, metric, numbers, centres, dimensions) }
}

/** A regular sample of the vectors. */
function take(numbers: Float32Array, dimensions: number, count: number, every: number): Float32Array {
  const taken = new Float32Array(count * dimensions)
  for (let at = 0; at < count; at++) {
    const from = at * every * dimensions
    taken.set(numbers.subarray(from, from + dimensions), at * dimensions)
  }
  return taken
}

/** The nearest center of each vector. */
async function nearest(
  comparer: Comparer,
  metric: VectorMetric,
  numbers: Float32Array,
  centres: Float32Array,
  dimensions: number,
): Promise<Uint32Array> {
  const [count, parts] = [numbers.length / dimensions, centres.length / dimensions]
  const bias = metric === 'cosine' ? new Float32Array(parts) : halfSquares(centres, dimensions)
  const partOf = new Uint32Array(count)
  for (let start = 0; start < count; start += atOnce) {
    const queries = numbers.slice(start * dimensions, Math.min(count, start + atOnce) * dimensions)
    const { places } = await comparer.nearest({ queries, vectors: centres, dimensions, bias, k: 1 })
    partOf.set(places, start)
  }
  return partOf
}

/** The mean of the vectors of each part; the center of an empty part stays. */
function middles(
  numbers: Float32Array,
  partOf: Uint32Array,
  before: Float32Array,
  dimensions: number,
  metric: VectorMetric,
): Float32Array {
  const sums = new Float64Array(before.length)
  const counts = new Uint32Array(before.length / dimensions)
  for (const [row, part] of partOf.entries()) {
    counts[part] = (counts[part] ?? 0) + 1
    for (let at = 0; at < dimensions; at++)
      sums[part * dimensions + at] = (sums[part * dimensions + at] ?? 0) + (numbers[row * dimensions + at] ?? 0)
  }
  const centres = new Float32Array(before)
  for (const [part, count] of counts.entries()) {
    if (count === 0) continue
    const sum = sums.subarray(part * dimensions, (part + 1) * dimensions)
    const scale = metric === 'cosine' ? Math.hypot(...sum) || 1 : count
    centres.set(
      sum.map((value) => value / scale),
      part * dimensions,
    )
  }
  return centres
}

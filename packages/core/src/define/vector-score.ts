import type { VectorMetric } from '../contracts/vector-store.js'

/**
 * The score of a query and a vector of the same dimension, in double precision, for stores that compare vectors
 * themselves.
 */
export function vectorScore(metric: VectorMetric, query: Float32Array, vector: Float32Array): number {
  let product = 0
  let ofQuery = 0
  let ofVector = 0
  let apart = 0
  for (let at = 0; at < query.length; at++) {
    const one = query[at] ?? 0
    const other = vector[at] ?? 0
    product += one * other
    ofQuery += one * one
    ofVector += other * other
    apart += (one - other) ** 2
  }
  if (metric === 'dot') return product
  if (metric === 'l2') return -Math.sqrt(apart)
  return ofQuery === 0 || ofVector === 0 ? 0 : product / Math.sqrt(ofQuery * ofVector)
}

import { random } from '../make-rows.js'

export const dimension = 384
const clusters = 1000
const spread = 0.6

/** Vectors of length 1 round some centres, as embeddings of texts about some topics lie; the same each time. */
export function clustered(count, queryCount) {
  const next = random(1)
  // Of this many uniform numbers the sums are as good as those of normal ones.
  const centred = () => (next() * 2 - 1) * Math.sqrt(3 / dimension)
  const centres = Float32Array.from({ length: clusters * dimension }, centred)
  const point = () => {
    const from = Math.floor(next() * clusters) * dimension
    const vector = Float32Array.from({ length: dimension }, (_, at) => centres[from + at] + spread * centred())
    const length = Math.hypot(...vector)
    return vector.map((value) => value / length)
  }
  return {
    vectors: Array.from({ length: count }, point),
    queries: Array.from({ length: queryCount }, point),
  }
}

/** The ids of the nearest of each query, by a plain loop; and queries per second. */
export function nearest(vectors, queries, k) {
  const started = performance.now()
  const ids = queries.map((query) => {
    const scores = vectors.map((vector, id) => {
      let product = 0
      for (let at = 0; at < dimension; at++) product += query[at] * vector[at]
      return { id, product }
    })
    return new Set(
      scores
        .sort((a, b) => b.product - a.product)
        .slice(0, k)
        .map(({ id }) => String(id)),
    )
  })
  return { ids, qps: queries.length / ((performance.now() - started) / 1000) }
}

import { setImmediate } from 'node:timers/promises'
import type { Comparer, Comparison, Nearest } from './nearest.js'

/** After this many multiplications, other work of the thread gets its turn: about 20 milliseconds. */
const multiplicationsAtOnce = 16 * 1024 * 1024

/** Compares vectors in JavaScript, on one core. */
export class PlainComparer implements Comparer {
  readonly isNative = false

  async nearest({ queries, vectors, dimensions, bias, k }: Comparison): Promise<Nearest> {
    const [queryCount, count] = [queries.length / dimensions, bias.length]
    const places = new Uint32Array(queryCount * k)
    const products = new Float32Array(queryCount * k)
    const rowsAtOnce = Math.max(1, Math.floor(multiplicationsAtOnce / dimensions))
    for (let number = 0; number < queryCount; number++) {
      const query = queries.subarray(number * dimensions, (number + 1) * dimensions)
      const scores = new Float32Array(count)
      for (let start = 0; start < count; start += rowsAtOnce) {
        const end = Math.min(count, start + rowsAtOnce)
        for (let row = start; row < end; row++)
          scores[row] = product(query, vectors, row * dimensions) + (bias[row] ?? 0)
        await setImmediate()
      }
      const best = largest(scores, k)
      places.set(best, number * k)
      products.set(
        best.map((place) => scores[place] ?? 0),
        number * k,
      )
    }
    return { places, products }
  }
}

/** Four sums at a time, which the processor computes side by side. */
function product(query: Float32Array, vectors: Float32Array, start: number): number {
  const whole = query.length - (query.length % 4)
  let [a, b, c, d] = [0, 0, 0, 0]
  for (let at = 0; at < whole; at += 4) {
    const from = start + at
    a += (query[at] as number) * (vectors[from] as number)
    b += (query[at + 1] as number) * (vectors[from + 1] as number)
    c += (query[at + 2] as number) * (vectors[from + 2] as number)
    d += (query[at + 3] as number) * (vectors[from + 3] as number)
  }
  for (let at = whole; at < query.length; at++) a += (query[at] as number) * (vectors[start + at] as number)
  return a + b + c + d
}

/** The positions of the `k` largest scores, largest first. Of equal scores, the first ones are taken. */
function largest(scores: Float32Array, k: number): number[] {
  const better = (a: number, b: number) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b
  let candidates: number[] = []
  let least = Number.NEGATIVE_INFINITY
  const spare = Math.max(2 * k, 1024)
  const keepBest = () => {
    candidates = candidates.sort(better).slice(0, k)
    if (candidates.length === k) least = scores[candidates[k - 1] ?? 0] ?? least
  }
  for (let place = 0; place < scores.length; place++) {
    if (candidates.length >= k && (scores[place] as number) <= least) continue
    candidates.push(place)
    if (candidates.length >= spare) keepBest()
  }
  keepBest()
  return candidates
}

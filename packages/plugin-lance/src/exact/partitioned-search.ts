import type { VectorMatch, VectorMetric, VectorQuery } from '@maestro-dataflow/core'
import { ExactSearch, halfSquares, prepare, type StoreContent } from './exact-search.js'
import type { Comparer } from './nearest.js'
import { sortIntoParts } from './sort-into-parts.js'

/** The number of parts, and the number of parts that a search examines. */
export interface Partitioning {
  readonly parts: number
  readonly probes: number
}

interface Part {
  /** The position of its first vector. */
  readonly start: number
  readonly count: number
  readonly vectors: Float32Array
}

/** A query's candidates: positions, and their products. */
interface Candidates {
  readonly places: number[]
  readonly products: number[]
}

/**
 * Searches a store in memory by parts of similar vectors (an inverted file). Queries are compared with the centers of
 * all parts, and then with the vectors of the nearest parts; queries that examine the same part share one product. The
 * exact search of the same content stays available.
 */
export class PartitionedSearch extends ExactSearch {
  readonly #centres: Float32Array
  readonly #centreBias: Float32Array
  readonly #parts: readonly Part[]
  readonly #probes: number

  private constructor(
    comparer: Comparer,
    metric: VectorMetric,
    content: StoreContent,
    bias: Float32Array,
    centres: Float32Array,
    sizes: readonly number[],
    probes: number,
  ) {
    super(comparer, metric, content, bias)
    const { dimensions, numbers } = content
    this.#centres = centres
    this.#centreBias = metric === 'l2' ? halfSquares(centres, dimensions) : new Float32Array(sizes.length)
    this.#probes = Math.min(probes, sizes.length)
    let start = 0
    this.#parts = sizes.map((count) => {
      const vectors = numbers.subarray(start * dimensions, (start + count) * dimensions)
      const part = { start, count, vectors }
      start += count
      return part
    })
  }

  /** Takes ownership of the content and stores the vectors of each part contiguously. */
  static async of(
    comparer: Comparer,
    metric: VectorMetric,
    content: StoreContent,
    { parts, probes }: Partitioning,
  ): Promise<PartitionedSearch> {
    const bias = prepare(metric, content)
    const { centres, partOf } = await sortIntoParts(comparer, metric, content, parts)
    const sizes = Array.from({ length: parts }, () => 0)
    for (const part of partOf) sizes[part] = (sizes[part] ?? 0) + 1
    const rows = Array.from(partOf.keys()).sort((a, b) => (partOf[a] ?? 0) - (partOf[b] ?? 0))
    const ordered = bias.map((_, at) => bias[rows[at] ?? 0] ?? 0)
    return new PartitionedSearch(comparer, metric, inOrder(content, rows), ordered, centres, sizes, probes)
  }

  /** The best matches in the parts that are examined, or in all parts if a filter leaves too few. */
  async searchParts(queries: readonly VectorQuery[]): Promise<readonly (readonly VectorMatch[])[]> {
    return this.searchBy(queries, async (some, bias) => {
      const places = await this.#nearInParts(some, bias)
      const isShort = ({ k, filter }: VectorQuery, at: number) =>
        Object.keys(filter ?? {}).length > 0 && countOf(places[at] ?? [], bias) < k
      const short = some.filter(isShort)
      if (short.length === 0) return places
      const all = (await this.places(short, bias)).values()
      return some.map((query, at) => (isShort(query, at) ? (all.next().value ?? []) : (places[at] ?? [])))
    })
  }

  async #nearInParts(queries: readonly VectorQuery[], bias: Float32Array): Promise<readonly (readonly number[])[]> {
    const asking = new Map<number, number[]>()
    for (const [query, parts] of (await this.#nearestParts(queries)).entries())
      for (const part of parts) {
        const others = asking.get(part)
        if (others === undefined) asking.set(part, [query])
        else others.push(query)
      }
    const found: Candidates[] = queries.map(() => ({ places: [], products: [] }))
    const k = this.taken(queries)
    for (const [number, asked] of asking) {
      const part = this.#parts[number]
      if (part === undefined || part.count === 0) continue
      const least = Math.min(k, part.count)
      const { start, count, vectors } = part
      const { places, products } = await this.nearest(
        asked.map((query) => queries[query] as VectorQuery),
        vectors,
        bias.subarray(start, start + count),
        least,
      )
      for (const [n, query] of asked.entries())
        for (let at = n * least; at < (n + 1) * least; at++) {
          found[query]?.places.push(start + (places[at] ?? 0))
          found[query]?.products.push(products[at] ?? Number.NEGATIVE_INFINITY)
        }
    }
    return found.map((candidates) => best(candidates, k))
  }

  async #nearestParts(queries: readonly VectorQuery[]): Promise<readonly (readonly number[])[]> {
    const { places } = await this.nearest(queries, this.#centres, this.#centreBias, this.#probes)
    return queries.map((_, n) => Array.from(places.subarray(n * this.#probes, (n + 1) * this.#probes)))
  }
}

/** The positions with the largest products. */
function best({ places, products }: Candidates, k: number): readonly number[] {
  const order = Array.from(places.keys()).sort((a, b) => (products[b] ?? 0) - (products[a] ?? 0))
  return order.slice(0, k).map((at) => places[at] ?? 0)
}

const countOf = (places: readonly number[], bias: Float32Array) =>
  places.filter((place) => bias[place] !== Number.NEGATIVE_INFINITY).length

/** The same content with its rows in another order. */
function inOrder(
  { count, dimensions, numbers, ids, texts, metadata }: StoreContent,
  rows: readonly number[],
): StoreContent {
  const ordered = new Float32Array(numbers.length)
  for (const [at, row] of rows.entries())
    ordered.set(numbers.subarray(row * dimensions, (row + 1) * dimensions), at * dimensions)
  const places = Uint32Array.from(rows)
  const reordered = (texts: StoreContent['ids']) => ({ get: (at: number) => texts.get(places[at] ?? 0) })
  return {
    count,
    dimensions,
    numbers: ordered,
    ids: reordered(ids),
    texts: reordered(texts),
    metadata: reordered(metadata),
  }
}

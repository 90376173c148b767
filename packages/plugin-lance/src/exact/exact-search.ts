import {
  type VectorMatch,
  type VectorMetadata,
  type VectorMetric,
  type VectorQuery,
  vectorScore,
} from '@maestro-dataflow/core'
import { toEntry } from '../table/records.js'
import { MetadataRows } from './metadata-rows.js'
import type { Comparer, Nearest } from './nearest.js'

/** A part of a store, in memory. */
export interface StoreContent {
  readonly count: number
  readonly dimensions: number
  /** One vector after the other. */
  readonly numbers: Float32Array
  readonly ids: Texts
  readonly texts: Texts
  readonly metadata: Texts
}

/** The texts by their rows. */
interface Texts {
  get(row: number): string | undefined
}

/** Finds the rows most similar to queries. @param bias Added to each vector's product */
type FindPlaces = (queries: readonly VectorQuery[], bias: Float32Array) => Promise<readonly (readonly number[])[]>

/** The number of scores that are computed at once: 64 megabytes. */
const scoresAtOnce = 16 * 1024 * 1024
/** These block the thread for the duration of the computation. */
const queriesAtOnce = 64
/** Products have single precision, so a few more candidates than requested are scored again. */
const spare = 8

/** Compares queries with every vector. */
export class ExactSearch {
  readonly #comparer: Comparer
  readonly #metric: VectorMetric
  readonly #content: StoreContent
  readonly #bias: Float32Array
  readonly #metadataRows: MetadataRows

  /**
   * Takes ownership of the content: vectors may be normalized to length 1. @param bias The result of `prepare`, if it
   * was already called
   */
  constructor(
    comparer: Comparer,
    metric: VectorMetric,
    content: StoreContent,
    bias: Float32Array = prepare(metric, content),
  ) {
    this.#comparer = comparer
    this.#metric = metric
    this.#content = content
    this.#bias = bias
    this.#metadataRows = new MetadataRows(content.count, (row) => this.#entry(row).metadata)
  }

  search(queries: readonly VectorQuery[]): Promise<readonly (readonly VectorMatch[])[]> {
    return this.searchBy(queries, (some, bias) => this.places(some, bias))
  }

  protected async searchBy(
    queries: readonly VectorQuery[],
    find: FindPlaces,
  ): Promise<readonly (readonly VectorMatch[])[]> {
    const results: (readonly VectorMatch[])[] = queries.map(() => [])
    const groups = Map.groupBy(queries.entries(), ([, { filter = {} }]) => JSON.stringify(Object.entries(filter)))
    const atOnce = Math.max(1, Math.min(queriesAtOnce, Math.floor(scoresAtOnce / this.#content.count)))
    for (const group of groups.values()) {
      const bias = this.#biasOf(group[0]?.[1].filter)
      for (let start = 0; start < group.length; start += atOnce) {
        const some = group.slice(start, start + atOnce)
        const places = await find(
          some.map(([, query]) => query),
          bias,
        )
        for (const [n, [at, query]] of some.entries()) results[at] = this.#matches(query, places[n] ?? [], bias)
      }
    }
    return results
  }

  /** The most similar rows of each query. */
  protected async places(queries: readonly VectorQuery[], bias: Float32Array): Promise<readonly (readonly number[])[]> {
    const k = Math.min(this.#content.count, this.taken(queries))
    const { places } = await this.nearest(queries, this.#content.numbers, bias, k)
    return queries.map((_, n) => Array.from(places.subarray(n * k, (n + 1) * k)))
  }

  /** The number of candidates of each query that are scored again. */
  protected taken(queries: readonly VectorQuery[]): number {
    return spare + Math.max(...queries.map(({ k }) => k))
  }

  /** The `k` largest products of each query, and their positions among the vectors. */
  protected nearest(
    queries: readonly VectorQuery[],
    vectors: Float32Array,
    bias: Float32Array,
    k: number,
  ): Promise<Nearest> {
    const { dimensions } = this.#content
    const numbers = new Float32Array(queries.length * dimensions)
    for (const [n, { vector }] of queries.entries()) numbers.set(vector, n * dimensions)
    return this.#comparer.nearest({ queries: numbers, vectors, dimensions, bias, k })
  }

  #matches(
    { vector, k, threshold = Number.NEGATIVE_INFINITY }: VectorQuery,
    places: readonly number[],
    bias: Float32Array,
  ): readonly VectorMatch[] {
    const { numbers, dimensions } = this.#content
    return places
      .filter((row) => bias[row] !== Number.NEGATIVE_INFINITY)
      .map((row) => {
        const known = numbers.subarray(row * dimensions, (row + 1) * dimensions)
        return { row, score: vectorScore(this.#metric, vector, known) }
      })
      .filter(({ score }) => score >= threshold)
      .sort((a, b) => b.score - a.score)
      .slice(0, k)
      .map(({ row, score }) => ({ ...this.#entry(row), score }))
  }

  #biasOf(filter: VectorMetadata = {}): Float32Array {
    if (Object.keys(filter).length === 0) return this.#bias
    const bias = new Float32Array(this.#bias.length).fill(Number.NEGATIVE_INFINITY)
    for (const row of this.#metadataRows.matching(filter)) bias[row] = this.#bias[row] ?? 0
    return bias
  }

  #entry(row: number) {
    const { ids, texts, metadata } = this.#content
    return toEntry(ids.get(row) ?? '', texts.get(row), metadata.get(row))
  }
}

/**
 * Makes the product of vectors rank them like the metric. For cosine, vectors are normalized to length 1. For distance,
 * half of a vector's squared length is subtracted, because |q - v|² = |q|² - 2 (qv - |v|² / 2).
 *
 * @returns what to add to each vector's product
 */
export function prepare(metric: VectorMetric, { numbers, count, dimensions }: StoreContent): Float32Array {
  if (metric === 'l2') return halfSquares(numbers, dimensions)
  if (metric === 'cosine')
    for (let row = 0; row < count; row++) {
      const vector = numbers.subarray(row * dimensions, (row + 1) * dimensions)
      const length = Math.sqrt(squareOf(vector))
      if (length > 0) for (let at = 0; at < dimensions; at++) vector[at] = (vector[at] ?? 0) / length
    }
  return new Float32Array(count)
}

/** Minus half of each vector's squared length. */
export function halfSquares(numbers: Float32Array, dimensions: number): Float32Array {
  const squares = new Float32Array(numbers.length / dimensions)
  for (let row = 0; row < squares.length; row++)
    squares[row] = -squareOf(numbers.subarray(row * dimensions, (row + 1) * dimensions)) / 2
  return squares
}

function squareOf(vector: Float32Array): number {
  let square = 0
  for (const value of vector) square += value * value
  return square
}

import {
  type VectorMatch,
  type VectorMetadata,
  type VectorMetric,
  type VectorQuery,
  vectorScore,
} from '@maestro-dataflow/core'
import type { InferenceSession, Tensor } from 'onnxruntime-node'
import { toEntry } from '../table/records.js'
import { MetadataRows } from './metadata-rows.js'
import { searchGraph } from './onnx-search-graph.js'

type Onnx = typeof import('onnxruntime-node')

/** The graph that compares vectors, ready to run. */
export interface SearchGraph {
  readonly onnx: Onnx
  readonly session: InferenceSession
}

export async function loadSearchGraph(): Promise<SearchGraph> {
  const onnx = await import('onnxruntime-node')
  // Idle cores that spin for longer slow everything down when other processes are busy.
  const extra = { session: { intra_op: { spin_duration_us: '50' } } }
  return { onnx, session: await onnx.InferenceSession.create(searchGraph(), { extra }) }
}

/** A part of a store, in memory. */
export interface StoreContent {
  readonly count: number
  readonly dimension: number
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
/** The graph uses single precision, so a few more candidates than requested are scored again. */
const spare = 8

/** Compares queries with every vector: one matrix product and a selection, by ONNX Runtime on all cores. */
export class ExactSearch {
  readonly #graph: SearchGraph
  readonly #metric: VectorMetric
  readonly #content: StoreContent
  readonly #vectors: Tensor
  readonly #bias: Float32Array
  readonly #metadataRows: MetadataRows

  /**
   * Takes ownership of the content: vectors may be normalized to length 1. @param bias The result of `prepare`, if it
   * was already called
   */
  constructor(
    graph: SearchGraph,
    metric: VectorMetric,
    content: StoreContent,
    bias: Float32Array = prepare(metric, content),
  ) {
    const { numbers, count, dimension } = content
    this.#graph = graph
    this.#metric = metric
    this.#content = content
    this.#bias = bias
    this.#vectors = new graph.onnx.Tensor('float32', numbers, [count, dimension])
    this.#metadataRows = new MetadataRows(count, (row) => this.#entry(row).metadata)
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
    const { places } = await this.nearest(queries, this.#vectors, bias, k)
    return queries.map((_, n) => Array.from(places.subarray(n * k, (n + 1) * k), Number))
  }

  /** The number of candidates of each query that are scored again. */
  protected taken(queries: readonly VectorQuery[]): number {
    return spare + Math.max(...queries.map(({ k }) => k))
  }

  /** Runs the graph: the `k` largest products of each query, and their positions among the vectors. */
  protected async nearest(
    queries: readonly VectorQuery[],
    vectors: Tensor,
    bias: Float32Array,
    k: number,
  ): Promise<{ readonly places: BigInt64Array; readonly products: Float32Array }> {
    const { dimension } = this.#content
    const { onnx, session } = this.#graph
    const numbers = new Float32Array(queries.length * dimension)
    for (const [n, { vector }] of queries.entries()) numbers.set(vector, n * dimension)
    const { places, best } = await session.run({
      queries: new onnx.Tensor('float32', numbers, [queries.length, dimension]),
      vectors,
      bias: new onnx.Tensor('float32', bias, [bias.length]),
      k: new onnx.Tensor('int64', BigInt64Array.of(BigInt(k)), [1]),
    })
    return { places: places?.data as BigInt64Array, products: best?.data as Float32Array }
  }

  #matches(
    { vector, k, threshold = Number.NEGATIVE_INFINITY }: VectorQuery,
    places: readonly number[],
    bias: Float32Array,
  ): readonly VectorMatch[] {
    const { numbers, dimension } = this.#content
    return places
      .filter((row) => bias[row] !== Number.NEGATIVE_INFINITY)
      .map((row) => {
        const known = numbers.subarray(row * dimension, (row + 1) * dimension)
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
export function prepare(metric: VectorMetric, { numbers, count, dimension }: StoreContent): Float32Array {
  if (metric === 'l2') return halfSquares(numbers, dimension)
  if (metric === 'cosine')
    for (let row = 0; row < count; row++) {
      const vector = numbers.subarray(row * dimension, (row + 1) * dimension)
      const length = Math.sqrt(squareOf(vector))
      if (length > 0) for (let at = 0; at < dimension; at++) vector[at] = (vector[at] ?? 0) / length
    }
  return new Float32Array(count)
}

/** Minus half of each vector's squared length. */
export function halfSquares(numbers: Float32Array, dimension: number): Float32Array {
  const squares = new Float32Array(numbers.length / dimension)
  for (let row = 0; row < squares.length; row++)
    squares[row] = -squareOf(numbers.subarray(row * dimension, (row + 1) * dimension)) / 2
  return squares
}

function squareOf(vector: Float32Array): number {
  let square = 0
  for (const value of vector) square += value * value
  return square
}

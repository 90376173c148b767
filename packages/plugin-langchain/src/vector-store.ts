import type { VectorStoreInterface } from '@langchain/core/vectorstores'
import type {
  VectorMatch,
  VectorMetadata,
  VectorMetric,
  VectorQuery,
  VectorRecord,
  VectorStore,
} from '@maestro-dataflow/core'
import { langchainError } from './errors.js'

/** Facts about a LangChain store that it does not state itself. */
export interface FromLangChainVectorStoreOptions<Store extends VectorStoreInterface> {
  /** The length of the vectors. */
  readonly dimensions: number
  /** @default 'cosine' */
  readonly metric?: VectorMetric
  /** Whether a higher or a lower score of this store means more similar. @default 'similarity' */
  readonly scores?: 'similarity' | 'distance'
  /**
   * Converts conditions of equality on metadata to the store's own filter. @default searches with a filter are an error
   */
  filter?(metadata: VectorMetadata): Store['FilterType']
  /** Counts the vectors. @default counting is an error */
  count?(): Promise<number>
}

/**
 * Turns a vector store of LangChain.js into one of ours. Pass what LangChain's stores do not have in common: the
 * filter, and the count.
 *
 * @example
 * const store = fromLangChainVectorStore(new MemoryVectorStore(embeddings), { dimensions: 384 })
 */
export function fromLangChainVectorStore<Store extends VectorStoreInterface>(
  store: Store,
  options: FromLangChainVectorStoreOptions<Store>,
): VectorStore {
  return new LangChainVectorStore(store, options)
}

class LangChainVectorStore<Store extends VectorStoreInterface> implements VectorStore {
  readonly name: string
  readonly dimensions: number
  readonly metric: VectorMetric
  readonly #store: Store
  readonly #options: FromLangChainVectorStoreOptions<Store>
  /** The ids that this object added, because not all of LangChain's stores replace known ids. */
  readonly #known = new Set<string>()

  constructor(store: Store, options: FromLangChainVectorStoreOptions<Store>) {
    this.name = `langchain ${store._vectorstoreType()}`
    this.dimensions = options.dimensions
    this.metric = options.metric ?? 'cosine'
    this.#store = store
    this.#options = options
  }

  /**
   * @throws MAESTRO_LANGCHAIN_DIMENSION; MAESTRO_LANGCHAIN_STORE_OPERATION for a known id in a store without `delete`
   */
  async addVectors(records: readonly VectorRecord[]): Promise<void> {
    for (const { vector } of records) this.#assertDimension(vector)
    // If an id appears several times, the last record counts.
    const unique = [...new Map(records.map((record) => [record.id, record])).values()]
    const known = unique.map(({ id }) => id).filter((id) => this.#known.has(id))
    if (known.length > 0) await this.delete(known)
    const documents = unique.map(({ id, text = '', metadata = {} }) => ({ id, pageContent: text, metadata }))
    const ids = unique.map(({ id }) => id)
    await this.#store.addVectors(
      unique.map(({ vector }) => Array.from(vector)),
      documents,
      { ids },
    )
    for (const id of ids) this.#known.add(id)
  }

  /** @throws MAESTRO_LANGCHAIN_DIMENSION, MAESTRO_LANGCHAIN_STORE_OPERATION */
  async search(
    queries: readonly VectorQuery[],
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<readonly (readonly VectorMatch[])[]> {
    signal?.throwIfAborted()
    return Promise.all(queries.map((query) => this.#search(query)))
  }

  /** @returns the number of given ids, because LangChain's stores do not report how many existed */
  async delete(ids: readonly string[]): Promise<number> {
    const { VectorStore } = await import('@langchain/core/vectorstores')
    // The base class has a method that only throws.
    if (this.#store.delete === VectorStore.prototype.delete) throw this.#hasNo('delete')
    await this.#store.delete({ ids: [...ids] })
    for (const id of ids) this.#known.delete(id)
    return ids.length
  }

  async count(): Promise<number> {
    if (this.#options.count === undefined) throw this.#hasNo('count')
    return this.#options.count()
  }

  /** Does nothing: the store belongs to its creator. */
  async dispose(): Promise<void> {}

  async #search({ vector, k, filter, threshold }: VectorQuery): Promise<readonly VectorMatch[]> {
    this.#assertDimension(vector)
    if (filter !== undefined && this.#options.filter === undefined) throw this.#hasNo('filter')
    const words = filter && this.#options.filter?.(filter)
    const found = await this.#store.similaritySearchVectorWithScore(Array.from(vector), k, words)
    const sign = this.#options.scores === 'distance' ? -1 : 1
    return found
      .map(([{ id, pageContent, metadata }, score], index) => ({
        id: id ?? String(index),
        score: sign * score,
        text: pageContent,
        metadata: metadata as VectorMetadata,
      }))
      .filter(({ score }) => threshold === undefined || score >= threshold)
  }

  #assertDimension({ length: found }: Float32Array): void {
    const { name: store, dimensions: expected } = this
    if (found !== expected) throw langchainError('MAESTRO_LANGCHAIN_DIMENSION', { store, expected, found })
  }

  #hasNo(operation: string) {
    return langchainError('MAESTRO_LANGCHAIN_STORE_OPERATION', { store: this.name, operation })
  }
}

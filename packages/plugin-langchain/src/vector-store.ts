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

/** What LangChain's stores do not say of themselves. */
export interface FromLangChainVectorStoreOptions<Store extends VectorStoreInterface> {
  /** Length of the vectors. */
  readonly dimension: number
  /** @default 'cosine' */
  readonly metric?: VectorMetric
  /** Whether a higher score of this store is nearer, or a lower one. @default 'similarity' */
  readonly scores?: 'similarity' | 'distance'
  /** Equality on metadata in the store's own words. @default searches with a filter are an error */
  filter?(metadata: VectorMetadata): Store['FilterType']
  /** How many vectors there are. @default asking for it is an error */
  count?(): Promise<number>
}

/**
 * A vector store of LangChain.js as ours. What LangChain's stores do not have in common has to be given: the words of
 * filters, and the count.
 *
 * @example
 * const store = fromLangChainVectorStore(new MemoryVectorStore(embeddings), { dimension: 384 })
 */
export function fromLangChainVectorStore<Store extends VectorStoreInterface>(
  store: Store,
  options: FromLangChainVectorStoreOptions<Store>,
): VectorStore {
  return new LangChainVectorStore(store, options)
}

class LangChainVectorStore<Store extends VectorStoreInterface> implements VectorStore {
  readonly name: string
  readonly dimension: number
  readonly metric: VectorMetric
  readonly #store: Store
  readonly #options: FromLangChainVectorStoreOptions<Store>
  /** Added by this object: not all of LangChain's stores replace what they know. */
  readonly #known = new Set<string>()

  constructor(store: Store, options: FromLangChainVectorStoreOptions<Store>) {
    this.name = `langchain ${store._vectorstoreType()}`
    this.dimension = options.dimension
    this.metric = options.metric ?? 'cosine'
    this.#store = store
    this.#options = options
  }

  /** @throws MAESTRO_LANGCHAIN_DIMENSION; MAESTRO_LANGCHAIN_STORE_OPERATION for a known id of a store without `delete` */
  async addVectors(records: readonly VectorRecord[]): Promise<void> {
    for (const { vector } of records) this.#assertDimension(vector)
    // Of records with one id the last one counts.
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

  /** @returns how many ids were given: LangChain's stores do not say how many there were */
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

  /** Nothing: the store was made by whoever gave it. */
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
    const { name: store, dimension: expected } = this
    if (found !== expected) throw langchainError('MAESTRO_LANGCHAIN_DIMENSION', { store, expected, found })
  }

  #hasNo(operation: string) {
    return langchainError('MAESTRO_LANGCHAIN_STORE_OPERATION', { store: this.name, operation })
  }
}

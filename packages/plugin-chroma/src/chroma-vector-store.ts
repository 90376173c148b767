import {
  checkQueries,
  checkRecords,
  maestroError,
  parseOptions,
  type VectorCallOptions,
  type VectorEntry,
  type VectorMatch,
  type VectorMetric,
  type VectorQuery,
  type VectorRecord,
  type VectorSelection,
  type VectorStore,
  vectorScore,
} from '@maestro-dataflow/core'
import { ChromaCollection, entriesAtOnce } from './collection.js'
import { encodeEntry, encodeFilter, forgotten } from './metadata.js'
import { type ChromaVectorOptions, chromaVectorOptions, type ResolvedChromaOptions } from './options.js'
import { base64Of, entriesOf, type Found, matchesOf } from './replies.js'

/**
 * A vector store in a collection of a Chroma server.
 *
 * @example
 * const store = await ChromaVectorStore.open({ url: 'http://127.0.0.1:8000', collection: 'handbook' })
 */
export class ChromaVectorStore implements VectorStore {
  readonly name: string
  readonly metric: VectorMetric
  readonly index = 'hnsw'
  readonly #options: ResolvedChromaOptions
  readonly #collection: ChromaCollection
  #closed = false

  private constructor(options: ResolvedChromaOptions, collection: ChromaCollection) {
    this.name = `${options.collection} at ${options.url}`
    this.metric = options.metric
    this.#options = options
    this.#collection = collection
  }

  /**
   * Opens a collection, or creates it.
   *
   * @throws MAESTRO_CHROMA_*; MAESTRO_VECTORS_SETTINGS if it was created with other settings
   */
  static async open(given: ChromaVectorOptions): Promise<ChromaVectorStore> {
    const options = parseOptions('chroma.vectors', chromaVectorOptions, given)
    return new ChromaVectorStore(options, await ChromaCollection.open(options))
  }

  get dimensions(): number | undefined {
    return this.#collection.dimension ?? this.#options.dimensions
  }

  get model(): string | undefined {
    return this.#collection.model
  }

  /** Calls that exceed the server's limit (5,461 records by default) are split; each part is stored as a whole. */
  async addVectors(records: readonly VectorRecord[], options: VectorCallOptions = {}): Promise<void> {
    this.#assertOpen()
    options.signal?.throwIfAborted()
    const copies = checkRecords(this, records, options).map((record) => structuredClone(record))
    if (copies.length === 0) return
    await this.#collection.refresh(options.signal)
    checkRecords(this, copies, options)
    await this.#collection.keepModel(options.model, options.signal)
    for (let start = 0; start < copies.length; start += this.#collection.recordsAtOnce)
      await this.#upsert(copies.slice(start, start + this.#collection.recordsAtOnce), options)
    if (this.#collection.dimension === undefined) await this.#collection.refresh(options.signal)
  }

  async search(
    queries: readonly VectorQuery[],
    options: VectorCallOptions = {},
  ): Promise<readonly (readonly VectorMatch[])[]> {
    this.#assertOpen()
    options.signal?.throwIfAborted()
    checkQueries(this, queries, options)
    if (this.dimensions === undefined || this.model === undefined) {
      await this.#collection.refresh(options.signal)
      checkQueries(this, queries, options)
    }
    if (this.#collection.dimension === undefined) return queries.map(() => [])
    const found = new Map<VectorQuery, readonly VectorMatch[]>()
    await Promise.all([...alike(queries).values()].map((group) => this.#searchAlike(group, found, options)))
    return queries.map((query) => found.get(query) ?? [])
  }

  async delete(ids: readonly string[]): Promise<number> {
    this.#assertOpen()
    let deleted = 0
    for await (const { ids: present } of this.#collection.getByIds([...new Set(ids)], [])) {
      if (present.length > 0) await this.#collection.send('POST', '/delete', { ids: present }, 'delete vectors')
      deleted += present.length
    }
    return deleted
  }

  async count(): Promise<number> {
    this.#assertOpen()
    return Number((await this.#collection.send('GET', '/count', undefined, 'count vectors')).body)
  }

  async *list(which: VectorSelection = {}): AsyncGenerator<readonly VectorEntry[]> {
    this.#assertOpen()
    const where = encodeFilter(which.filter)
    const include = ['documents', 'metadatas']
    if (which.ids !== undefined) {
      for await (const entries of this.#collection.getByIds(which.ids, include, { where })) yield entriesOf(entries)
      return
    }
    for (let offset = 0; ; offset += entriesAtOnce) {
      const entries = entriesOf(await this.#collection.get({ where, include, limit: entriesAtOnce, offset }))
      if (entries.length > 0) yield entries
      if (entries.length < entriesAtOnce) return
    }
  }

  async dispose(): Promise<void> {
    this.#closed = true
  }

  async #upsert(records: readonly VectorRecord[], { signal }: VectorCallOptions): Promise<void> {
    const ids = records.map(({ id }) => id)
    const known = await this.#collection.get({ ids, include: ['metadatas'] }, signal)
    const before = new Map(known.ids.map((id, index) => [id, known.metadatas?.[index]]))
    const entries = records.map(encodeEntry)
    const body = {
      ids,
      embeddings: records.map(({ vector }) => base64Of(vector)),
      documents: entries.map(({ document }) => document),
      metadatas: entries.map(({ metadata }, index) => {
        const all = { ...forgotten(before.get(ids[index] ?? ''), metadata), ...metadata }
        return Object.keys(all).length === 0 ? null : all
      }),
    }
    await this.#collection.send('POST', '/upsert', body, 'add vectors', signal)
  }

  /** Queries for the same number of matches and the same filter share one request. */
  async #searchAlike(
    queries: readonly VectorQuery[],
    found: Map<VectorQuery, readonly VectorMatch[]>,
    { signal }: VectorCallOptions,
  ): Promise<void> {
    const [first] = queries
    if (first === undefined) return
    const where = encodeFilter(first.filter)
    const body = {
      query_embeddings: queries.map(({ vector }) => [...vector]),
      n_results: first.k,
      include: ['documents', 'metadatas', 'distances'],
      where,
    }
    const reply = (await this.#collection.send('POST', '/query', body, 'search', signal)).body as Found
    const reached = queries.map((_, at) => matchesOf(reply, at, this.metric))
    const unreached = await this.#unreached(reached, first.k, where, signal)
    for (const [at, query] of queries.entries()) {
      const { vector, k, threshold = Number.NEGATIVE_INFINITY } = query
      const matches = reached[at] ?? []
      const ids = new Set(matches.map(({ id }) => id))
      const more = matches.length < k ? unreached.filter(({ id }) => !ids.has(id)) : []
      const scored = more.map(({ vector: other, ...entry }) => ({
        ...entry,
        score: vectorScore(this.metric, vector, other),
      }))
      found.set(
        query,
        [...matches, ...scored]
          .filter(({ score }) => score >= threshold)
          .sort((one, other) => other.score - one.score)
          .slice(0, k),
      )
    }
  }

  /**
   * How to recover matches that a search may have missed: updates can disconnect single entries from Chroma's graph, so
   * that no search finds them again.
   */
  async #unreached(
    reached: readonly (readonly VectorMatch[])[],
    k: number,
    where: object | undefined,
    signal: AbortSignal | undefined,
  ): Promise<readonly VectorRecord[]> {
    const few = reached.filter((matches) => matches.length < k).map((matches) => new Set(matches.map(({ id }) => id)))
    if (few.length === 0) return []
    const there = await this.#collection.get({ where, limit: k + entriesAtOnce, include: [] }, signal)
    const ids = there.ids.filter((id) => few.some((found) => !found.has(id)))
    const records: VectorRecord[] = []
    for await (const entries of this.#collection.getByIds(ids, ['documents', 'metadatas', 'embeddings'], { signal }))
      for (const [index, entry] of entriesOf(entries).entries())
        records.push({ ...entry, vector: Float32Array.from(entries.embeddings?.[index] ?? []) })
    return records
  }

  #assertOpen(): void {
    if (this.#closed) throw maestroError('MAESTRO_VECTORS_CLOSED', { store: this.name })
  }
}

function alike(queries: readonly VectorQuery[]): ReadonlyMap<string, readonly VectorQuery[]> {
  return Map.groupBy(queries, ({ k, filter = {} }) => JSON.stringify([k, Object.entries(filter).sort()]))
}

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
import { ChromaApi, type ChromaReply } from './chroma-api.js'
import { chromaError } from './errors.js'
import { decodeEntry, encodeEntry, encodeFilter, forgotten } from './metadata.js'
import { type ChromaVectorOptions, chromaVectorOptions, type ResolvedChromaOptions } from './options.js'

/** A collection as the server describes it. */
interface Collection {
  readonly id: string
  readonly dimension?: number | null
  readonly metadata?: Readonly<Record<string, unknown>> | null
  readonly configuration_json?: { readonly hnsw?: { readonly space?: string } | null }
}

interface Entries {
  readonly ids: readonly string[]
  readonly documents?: readonly (string | null)[] | null
  readonly metadatas?: readonly (Readonly<Record<string, unknown>> | null)[] | null
  readonly embeddings?: readonly (readonly number[])[] | null
}

interface Found {
  readonly ids: readonly (readonly string[])[]
  readonly documents?: readonly (readonly (string | null)[])[] | null
  readonly metadatas?: readonly (readonly (Readonly<Record<string, unknown>> | null)[])[] | null
  readonly distances?: readonly (readonly (number | null)[])[] | null
}

/** Chroma's names of the metrics, and how its distances become scores. */
const spaces: Readonly<Record<VectorMetric, { readonly name: string; score(distance: number): number }>> = {
  cosine: { name: 'cosine', score: (distance) => 1 - distance },
  dot: { name: 'ip', score: (distance) => 1 - distance },
  l2: { name: 'l2', score: (distance) => -Math.sqrt(Math.max(0, distance)) },
}

const modelKey = 'maestro.model'
const entriesAtOnce = 1000

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
  readonly #api: ChromaApi
  readonly #recordsAtOnce: number
  #collection: Collection
  #closed = false

  private constructor(options: ResolvedChromaOptions, api: ChromaApi, collection: Collection, recordsAtOnce: number) {
    this.name = `${options.collection} at ${options.url}`
    this.metric = options.metric
    this.#options = options
    this.#api = api
    this.#collection = collection
    this.#recordsAtOnce = recordsAtOnce
  }

  /**
   * Opens a collection, or creates it.
   *
   * @throws MAESTRO_CHROMA_*; MAESTRO_VECTORS_SETTINGS if it was created with other settings
   */
  static async open(given: ChromaVectorOptions): Promise<ChromaVectorStore> {
    const options = parseOptions('chroma.vectors', chromaVectorOptions, given)
    const { url, collection: name, metric, candidates, neighbours } = options
    const api = new ChromaApi(options)
    const checks = await api.send({ method: 'GET', path: '/pre-flight-checks', work: 'answer' })
    const { max_batch_size: most } = (checks.body ?? {}) as { max_batch_size?: unknown }
    if (typeof most !== 'number')
      throw chromaError('MAESTRO_CHROMA_OTHER', {
        url,
        reason: 'it does not state how many records it accepts at once',
      })
    const hnsw = {
      space: spaces[metric].name,
      ...(candidates === undefined ? {} : { ef_search: candidates }),
      ...(neighbours === undefined ? {} : { max_neighbors: neighbours }),
    }
    const reply = await api.send({
      method: 'POST',
      path: collectionsPath(options),
      body: { name, get_or_create: true, configuration: { hnsw } },
      work: 'be opened',
    })
    if (reply.status >= 400)
      throw chromaError('MAESTRO_CHROMA_FAILED', { url, collection: name, work: 'be opened', reason: reply.message })
    const collection = reply.body as Collection
    assertSettings(options, collection)
    return new ChromaVectorStore(options, api, collection, most)
  }

  get dimension(): number | undefined {
    return this.#collection.dimension ?? this.#options.dimensions
  }

  get model(): string | undefined {
    const model = this.#collection.metadata?.[modelKey]
    return typeof model === 'string' ? model : undefined
  }

  /** Calls that exceed the server's limit (5,461 records by default) are split; each part is stored as a whole. */
  async addVectors(records: readonly VectorRecord[], options: VectorCallOptions = {}): Promise<void> {
    this.#assertOpen()
    options.signal?.throwIfAborted()
    const copies = checkRecords(this, records, options).map((record) => structuredClone(record))
    if (copies.length === 0) return
    await this.#refresh(options)
    checkRecords(this, copies, options)
    await this.#keepModel(options)
    for (let start = 0; start < copies.length; start += this.#recordsAtOnce)
      await this.#upsert(copies.slice(start, start + this.#recordsAtOnce), options)
    if (this.#collection.dimension == null) await this.#refresh(options)
  }

  async search(
    queries: readonly VectorQuery[],
    options: VectorCallOptions = {},
  ): Promise<readonly (readonly VectorMatch[])[]> {
    this.#assertOpen()
    options.signal?.throwIfAborted()
    checkQueries(this, queries, options)
    if (this.dimension === undefined || this.model === undefined) {
      await this.#refresh(options)
      checkQueries(this, queries, options)
    }
    if (this.#collection.dimension == null) return queries.map(() => [])
    const found = new Map<VectorQuery, readonly VectorMatch[]>()
    await Promise.all([...alike(queries).values()].map((group) => this.#searchAlike(group, found, options)))
    return queries.map((query) => found.get(query) ?? [])
  }

  async delete(ids: readonly string[]): Promise<number> {
    this.#assertOpen()
    let deleted = 0
    for await (const { ids: present } of this.#getByIds([...new Set(ids)], [])) {
      if (present.length > 0) await this.#send('POST', '/delete', { ids: present }, 'delete vectors')
      deleted += present.length
    }
    return deleted
  }

  async count(): Promise<number> {
    this.#assertOpen()
    return Number((await this.#send('GET', '/count', undefined, 'count vectors')).body)
  }

  async *list(which: VectorSelection = {}): AsyncGenerator<readonly VectorEntry[]> {
    this.#assertOpen()
    const where = encodeFilter(which.filter)
    const include = ['documents', 'metadatas']
    if (which.ids !== undefined) {
      for await (const entries of this.#getByIds(which.ids, include, { where })) yield entriesOf(entries)
      return
    }
    for (let offset = 0; ; offset += entriesAtOnce) {
      const entries = entriesOf(await this.#get({ where, include, limit: entriesAtOnce, offset }))
      if (entries.length > 0) yield entries
      if (entries.length < entriesAtOnce) return
    }
  }

  async dispose(): Promise<void> {
    this.#closed = true
  }

  async #upsert(records: readonly VectorRecord[], { signal }: VectorCallOptions): Promise<void> {
    const ids = records.map(({ id }) => id)
    const known = await this.#get({ ids, include: ['metadatas'] }, signal)
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
    await this.#send('POST', '/upsert', body, 'add vectors', signal)
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
    const reply = (await this.#send('POST', '/query', body, 'search', signal)).body as Found
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
    const there = await this.#get({ where, limit: k + entriesAtOnce, include: [] }, signal)
    const ids = there.ids.filter((id) => few.some((found) => !found.has(id)))
    const records: VectorRecord[] = []
    for await (const entries of this.#getByIds(ids, ['documents', 'metadatas', 'embeddings'], { signal }))
      for (const [index, entry] of entriesOf(entries).entries())
        records.push({ ...entry, vector: Float32Array.from(entries.embeddings?.[index] ?? []) })
    return records
  }

  /** The first model that is given is stored with the collection. */
  async #keepModel({ model, signal }: VectorCallOptions): Promise<void> {
    if (model === undefined || this.model !== undefined) return
    const metadata = { ...this.#collection.metadata, [modelKey]: model }
    await this.#send('PUT', '', { new_metadata: metadata }, 'keep the name of the model', signal)
    this.#collection = { ...this.#collection, metadata }
  }

  /** Asks the server again, because others may have added the first vectors. */
  async #refresh({ signal }: VectorCallOptions): Promise<void> {
    const path = `${collectionsPath(this.#options)}/${encodeURIComponent(this.#options.collection)}`
    const reply = await this.#checked(await this.#api.send({ method: 'GET', path, work: 'be read', signal }), 'be read')
    const collection = reply.body as Collection
    // A collection with the same name that was created meanwhile is another one.
    if (collection.id !== this.#collection.id) throw this.#gone()
    this.#collection = collection
  }

  async #get(body: object, signal?: AbortSignal): Promise<Entries> {
    return (await this.#send('POST', '/get', body, 'read entries', signal)).body as Entries
  }

  async *#getByIds(
    ids: readonly string[],
    include: readonly string[],
    { where, signal }: { readonly where?: object | undefined; readonly signal?: AbortSignal | undefined } = {},
  ): AsyncGenerator<Entries> {
    for (let start = 0; start < ids.length; start += entriesAtOnce)
      yield await this.#get({ ids: ids.slice(start, start + entriesAtOnce), where, include }, signal)
  }

  async #send(
    method: 'GET' | 'POST' | 'PUT',
    path: string,
    body: unknown,
    work: string,
    signal?: AbortSignal,
  ): Promise<ChromaReply> {
    const full = `${collectionsPath(this.#options)}/${this.#collection.id}${path}`
    return this.#checked(await this.#api.send({ method, path: full, body, work, signal }), work)
  }

  async #checked(reply: ChromaReply, work: string): Promise<ChromaReply> {
    if (reply.status < 400) return reply
    if (reply.status === 404) throw this.#gone()
    const { url, collection } = this.#options
    throw chromaError('MAESTRO_CHROMA_FAILED', { url, collection, work, reason: reply.message })
  }

  #gone() {
    const { url, collection } = this.#options
    return chromaError('MAESTRO_CHROMA_GONE', { url, collection })
  }

  #assertOpen(): void {
    if (this.#closed) throw maestroError('MAESTRO_VECTORS_CLOSED', { store: this.name })
  }
}

function collectionsPath({ tenant, database }: ResolvedChromaOptions): string {
  return `/tenants/${encodeURIComponent(tenant)}/databases/${encodeURIComponent(database)}/collections`
}

/** @throws MAESTRO_VECTORS_SETTINGS */
function assertSettings(
  { url, collection: name, metric, dimensions }: ResolvedChromaOptions,
  collection: Collection,
): void {
  const store = `${name} at ${url}`
  const space = collection.configuration_json?.hnsw?.space
  const found = Object.entries(spaces).find(([, known]) => known.name === space)?.[0] ?? space
  const refuse = (setting: string, expected: string | number, other: string | number) =>
    maestroError('MAESTRO_VECTORS_SETTINGS', { store, setting, expected: String(expected), found: String(other) })
  if (found !== undefined && found !== metric) throw refuse('metric', metric, found)
  const has = collection.dimension
  if (dimensions !== undefined && has != null && has !== dimensions) throw refuse('dimensions', dimensions, has)
}

function entriesOf({ ids, documents, metadatas }: Entries): readonly VectorEntry[] {
  return ids.map((id, index) => decodeEntry(id, documents?.[index], metadatas?.[index]))
}

function matchesOf(reply: Found, at: number, metric: VectorMetric): readonly VectorMatch[] {
  return (reply.ids[at] ?? []).map((id, index) => ({
    ...decodeEntry(id, reply.documents?.[at]?.[index], reply.metadatas?.[at]?.[index]),
    score: spaces[metric].score(reply.distances?.[at]?.[index] ?? Number.POSITIVE_INFINITY),
  }))
}

function alike(queries: readonly VectorQuery[]): ReadonlyMap<string, readonly VectorQuery[]> {
  return Map.groupBy(queries, ({ k, filter = {} }) => JSON.stringify([k, Object.entries(filter).sort()]))
}

/** The bytes of the numbers in little-endian order, as the server expects them. */
function base64Of(vector: Float32Array): string {
  const bytes = Buffer.alloc(vector.length * Float32Array.BYTES_PER_ELEMENT)
  for (const [index, value] of vector.entries()) bytes.writeFloatLE(value, index * Float32Array.BYTES_PER_ELEMENT)
  return bytes.toString('base64')
}

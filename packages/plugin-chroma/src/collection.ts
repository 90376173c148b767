import { maestroError } from '@maestro-dataflow/core'
import { ChromaApi, type ChromaReply } from './chroma-api.js'
import { chromaError } from './errors.js'
import type { ResolvedChromaOptions } from './options.js'
import { type Collection, type Entries, spaces } from './replies.js'

const modelKey = 'maestro.model'
/** The number of entries that are read at once. */
export const entriesAtOnce = 1000

/** A collection of a Chroma server, and what is known of it. */
export class ChromaCollection {
  /** The maximum number of records that the server accepts at once. */
  readonly recordsAtOnce: number
  readonly #options: ResolvedChromaOptions
  readonly #api: ChromaApi
  #known: Collection

  private constructor(options: ResolvedChromaOptions, api: ChromaApi, known: Collection, recordsAtOnce: number) {
    this.#options = options
    this.#api = api
    this.#known = known
    this.recordsAtOnce = recordsAtOnce
  }

  /** Opens a collection, or creates it. @throws MAESTRO_CHROMA_*, MAESTRO_VECTORS_SETTINGS */
  static async open(options: ResolvedChromaOptions): Promise<ChromaCollection> {
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
    return new ChromaCollection(options, api, collection, most)
  }

  /** The length of the vectors; undefined before the first one. */
  get dimension(): number | undefined {
    return this.#known.dimension ?? undefined
  }

  /** The embedding model whose vectors it holds. */
  get model(): string | undefined {
    const model = this.#known.metadata?.[modelKey]
    return typeof model === 'string' ? model : undefined
  }

  /** The first model that is given is stored with the collection. */
  async keepModel(model: string | undefined, signal?: AbortSignal): Promise<void> {
    if (model === undefined || this.model !== undefined) return
    const metadata = { ...this.#known.metadata, [modelKey]: model }
    await this.send('PUT', '', { new_metadata: metadata }, 'keep the name of the model', signal)
    this.#known = { ...this.#known, metadata }
  }

  /** Asks the server again, because others may have added the first vectors. */
  async refresh(signal?: AbortSignal): Promise<void> {
    const path = `${collectionsPath(this.#options)}/${encodeURIComponent(this.#options.collection)}`
    const reply = await this.#checked(await this.#api.send({ method: 'GET', path, work: 'be read', signal }), 'be read')
    const collection = reply.body as Collection
    // A collection with the same name that was created meanwhile is another one.
    if (collection.id !== this.#known.id) throw this.#gone()
    this.#known = collection
  }

  /** Reads entries. */
  async get(body: object, signal?: AbortSignal): Promise<Entries> {
    return (await this.send('POST', '/get', body, 'read entries', signal)).body as Entries
  }

  /** Reads entries by their ids, some at a time. */
  async *getByIds(
    ids: readonly string[],
    include: readonly string[],
    { where, signal }: { readonly where?: object | undefined; readonly signal?: AbortSignal | undefined } = {},
  ): AsyncGenerator<Entries> {
    for (let start = 0; start < ids.length; start += entriesAtOnce)
      yield await this.get({ ids: ids.slice(start, start + entriesAtOnce), where, include }, signal)
  }

  /** @throws MAESTRO_CHROMA_*, MAESTRO_VECTORS_* */
  async send(
    method: 'GET' | 'POST' | 'PUT',
    path: string,
    body: unknown,
    work: string,
    signal?: AbortSignal,
  ): Promise<ChromaReply> {
    const full = `${collectionsPath(this.#options)}/${this.#known.id}${path}`
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

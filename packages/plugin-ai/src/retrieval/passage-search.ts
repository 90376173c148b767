import {
  type EmbeddingServing,
  EnhancedEmbeddingServing,
  type OperatorContext,
  type VectorMetadata,
  type VectorStore,
} from '@maestro-dataflow/core'
import { aiError } from '../errors.js'
import { diversify } from './diversify.js'
import { fuseRankings, fusionConstant } from './fuse-rankings.js'
import { KeywordIndex } from './keyword-index.js'
import { type Passage, passageOf } from './passage.js'
import { type Reranker, reordered } from './rerank.js'

/** The search method: by the similarity of vectors, by words, or by both. */
export type RetrievalMethod = 'vector' | 'keyword' | 'hybrid'

/** The options of a `PassageSearch`. */
export interface PassageSearchOptions {
  readonly store: VectorStore | (() => Promise<VectorStore>)
  /** Embeds queries. `method: 'keyword'` does not need it. */
  readonly serving?: EmbeddingServing | undefined
  /** @default 'vector' */
  readonly method?: RetrievalMethod | undefined
  /** The number of passages for each query. @default 5 */
  readonly passages?: number | undefined
  /** The lowest similarity score. */
  readonly threshold?: number | undefined
  /** A prefix of each query when it is embedded. */
  readonly prefix?: string | undefined
  /** The constant of reciprocal rank fusion, for `hybrid`. @default 60 */
  readonly fusion?: number | undefined
  readonly mmr?: { readonly lambda?: number | undefined; readonly candidates?: number | undefined } | undefined
  readonly rerank?: { readonly by: Reranker; readonly candidates?: number | undefined } | undefined
}

/** One query. */
export interface PassageQuery {
  readonly text: string
  readonly filter?: VectorMetadata | undefined
  /** The vector of the query, if it is known. */
  readonly vector?: Float32Array | undefined
}

/** The number of candidates for each requested passage, if reranking or diversification chooses among them. */
const candidatesForEach = 4

/** Searches for passages by vectors, words, or both, and then reranks or diversifies them on request. */
export class PassageSearch {
  readonly #options: PassageSearchOptions
  readonly #serving: EmbeddingServing | undefined
  #store: Promise<VectorStore> | undefined
  #keywords: Promise<KeywordIndex> | undefined

  /** @throws MAESTRO_AI_OPTIONS */
  constructor(options: PassageSearchOptions) {
    const { serving, method = 'vector' } = options
    if (serving === undefined && (method !== 'keyword' || options.mmr !== undefined))
      throw aiError('MAESTRO_AI_OPTIONS', { operator: 'retrieval', reason: 'an embedder for the queries is required' })
    this.#options = options
    this.#serving = serving && EnhancedEmbeddingServing.of(serving)
  }

  /**
   * The passages of each query, best first.
   *
   * @throws MAESTRO_AI_STORE_EMPTY, MAESTRO_AI_STORE_LIST, MAESTRO_VECTORS_*, MAESTRO_SERVING_*
   */
  async find(queries: readonly PassageQuery[], context: OperatorContext): Promise<readonly (readonly Passage[])[]> {
    const store = await this.#open()
    const { passages: k = 5, method = 'vector', mmr, rerank, fusion = fusionConstant } = this.#options
    const most = Math.max(
      k,
      mmr === undefined ? 0 : (mmr.candidates ?? k * candidatesForEach),
      rerank === undefined ? 0 : (rerank.candidates ?? k * candidatesForEach),
    )
    // Fusion needs more candidates than it returns: a passage with a low rank in both rankings may be the best one
    // overall.
    const wide = method === 'hybrid' ? Math.max(most, k * candidatesForEach) : most
    const vectors = method === 'keyword' && mmr === undefined ? [] : await this.#embed(queries, context)
    const byVector = method === 'keyword' ? [] : await this.#nearest(store, queries, vectors, wide, context)
    const keywords = method === 'vector' ? undefined : await this.#keywordIndex(store, context.signal)
    return Promise.all(
      queries.map(async ({ text, filter }, index) => {
        const rankings = [byVector[index] ?? [], keywords?.find(text, wide, filter) ?? []]
        const [near = [], worded = []] = rankings
        const found = method === 'vector' ? near : method === 'keyword' ? worded : fuseRankings(rankings, fusion)
        return this.#secondLook(text, vectors[index], found.slice(0, most), k, context)
      }),
    )
  }

  async #secondLook(
    query: string,
    vector: Float32Array | undefined,
    found: readonly Passage[],
    k: number,
    context: OperatorContext,
  ): Promise<readonly Passage[]> {
    const { rerank, mmr } = this.#options
    let passages = found
    if (rerank !== undefined && passages.length > 0)
      passages = reordered(passages, await rerank.by(query, passages, context))
    if (mmr !== undefined && vector !== undefined && passages.length > 0) {
      const { vectors } = (await this.#serving?.embed(
        passages.map(({ text }) => text),
        callOf(context),
      )) ?? { vectors: [] }
      passages = diversify(passages, vectors, vector, { k, lambda: mmr.lambda ?? 0.5 })
    }
    return passages.slice(0, k)
  }

  async #embed(queries: readonly PassageQuery[], context: OperatorContext): Promise<readonly Float32Array[]> {
    const { prefix = '' } = this.#options
    const missing = queries.filter(({ vector }) => vector === undefined).map(({ text }) => prefix + text)
    const embedded = missing.length === 0 ? undefined : await this.#serving?.embed(missing, callOf(context))
    const made = embedded?.vectors.values()
    return queries.map(({ vector }) => vector ?? made?.next().value ?? new Float32Array())
  }

  async #nearest(
    store: VectorStore,
    queries: readonly PassageQuery[],
    vectors: readonly Float32Array[],
    k: number,
    { signal }: OperatorContext,
  ): Promise<readonly (readonly Passage[])[]> {
    const { threshold } = this.#options
    const asked = queries.map(({ filter }, index) => ({
      vector: vectors[index] ?? new Float32Array(),
      k,
      ...(filter === undefined ? {} : { filter }),
      ...(threshold === undefined ? {} : { threshold }),
    }))
    const model = this.#serving?.model ?? this.#serving?.name
    const found = await store.search(asked, { model, signal })
    return found.map((matches) => matches.map(passageOf))
  }

  #open(): Promise<VectorStore> {
    const { store } = this.#options
    this.#store ??= (async () => {
      const opened = typeof store === 'function' ? await store() : store
      if ((await opened.count()) === 0) throw aiError('MAESTRO_AI_STORE_EMPTY', { store: opened.name })
      return opened
    })()
    this.#store.catch(() => {
      this.#store = undefined
    })
    return this.#store
  }

  #keywordIndex(store: VectorStore, signal: AbortSignal): Promise<KeywordIndex> {
    if (store.list === undefined) throw aiError('MAESTRO_AI_STORE_LIST', { store: store.name })
    this.#keywords ??= KeywordIndex.of(store.list(), signal)
    this.#keywords.catch(() => {
      this.#keywords = undefined
    })
    return this.#keywords
  }
}

const callOf = ({ signal, step, run, rowId }: OperatorContext) => ({ signal, step, run, rowId })

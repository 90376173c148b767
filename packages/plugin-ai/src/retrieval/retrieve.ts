import {
  type BatchContext,
  type ColumnEffects,
  column,
  defineOperator,
  type EmbeddingServing,
  fieldsOf,
  type LLMServing,
  MaestroError,
  MapBatchesOperator,
  newColumn,
  promptOption,
  type RerankServing,
  type Row,
  SERVINGS,
  typed,
  VECTOR_STORES,
  type VectorStore,
  vectorStoreOption,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import type { Alone } from '../asking/alone.js'
import { SamplingOptions, samplingOf, WordsOptions } from '../asking/asking-options.js'
import { allowedPrompt, promptsOf } from '../asking/prompt-options.js'
import type { Passage } from './passage.js'
import { PassageSearch } from './passage-search.js'
import { queryFilter, queryText } from './query.js'
import { rerankerOf } from './rerank.js'
import { RetrievalOptions } from './retrieval-options.js'
import { RetrievePrompt } from './retrieve.prompt.js'

const prompts = promptsOf(RetrievePrompt)

const fields = fieldsOf(
  {
    /** The column of the query. @default 'query' */
    input: column().default('query'),
    /** The name of the vector store in the config. */
    store: vectorStoreOption(),
    /**
     * The column of the passages: a list of `{ id, text, score, document, metadata }`, best first.
     *
     * @default 'passages'
     */
    output: newColumn('passages'),
    /**
     * A prompt for a language model that reranks. Its variables are `query` and `passage`.
     *
     * @default `ai.retrieve.prompt`
     */
    prompt: promptOption({ allowed: prompts, variables: ['query', 'passage'], overRow: false }).optional(),
    /** The number of queries that one batch searches for. @default 64 */
    batchSize: z.number().int().positive().optional(),
  },
  RetrievalOptions,
  WordsOptions,
  SamplingOptions,
)

/** Options of `Retriever`: those of `ai.retrieve`, with the store and the models themselves. */
export type RetrieverOptions = Alone<
  typeof fields,
  {
    readonly store: VectorStore | (() => Promise<VectorStore>)
    /** Embeds queries. `method: 'keyword'` does not need it. */
    readonly embedder?: EmbeddingServing | undefined
    readonly rerank?:
      | { readonly serving: RerankServing | LLMServing; readonly candidates?: number | undefined }
      | undefined
  }
>

/**
 * Finds the passages of a knowledge base that match each query.
 *
 * @example
 * await new Retriever({ store, embedder, passages: 3 }).run(storage)
 */
export class Retriever extends MapBatchesOperator {
  override readonly batchSize: number
  readonly #options: RetrieverOptions
  readonly #search: PassageSearch

  /** @throws MAESTRO_AI_OPTIONS, MAESTRO_PROMPT_NOT_ALLOWED */
  constructor(options: RetrieverOptions) {
    super()
    const { rerank, language, instructions, embedder, batchSize = 64 } = options
    const prompt = allowedPrompt('Retriever', prompts, options.prompt)
    this.batchSize = batchSize
    this.#options = options
    this.#search = new PassageSearch({
      ...options,
      serving: embedder,
      rerank: rerank && {
        by: rerankerOf(rerank.serving, { prompt, language, instructions, sampling: samplingOf(options) }),
        candidates: rerank.candidates,
      },
    })
  }

  override get columns(): ColumnEffects {
    return retrieveColumns(this.#options)
  }

  /**
   * @throws MAESTRO_AI_STORE_*, MAESTRO_VECTORS_*, MAESTRO_SERVING_*; only the row itself is rejected if it has no
   * query
   */
  async mapBatches(rows: readonly Row[], context: BatchContext): Promise<readonly (Row | MaestroError)[]> {
    const { output = 'passages' } = this.#options
    const queries = rows.map((row) => this.#queryOf(row))
    const asked = queries.flatMap((query) => (MaestroError.is(query) ? [] : [query]))
    const found =
      asked.length === 0 ? [] : await this.#search.find(asked, { ...context, rowId: context.rowIds[0] ?? '' })
    const lists = found.values()
    return rows.map((row, index) => {
      const query = queries[index]
      return MaestroError.is(query) ? query : { ...row, [output]: lists.next().value ?? [] }
    })
  }

  #queryOf(row: Row) {
    const { input = 'query', filter = {}, filterBy = {}, maxQueryLength = 10_000 } = this.#options
    try {
      return { text: queryText(row, input, maxQueryLength), filter: queryFilter(row, filter, filterBy) }
    } catch (error) {
      if (MaestroError.is(error)) return error
      throw error
    }
  }
}

function retrieveColumns({
  input = 'query',
  output = 'passages',
  filterBy = {},
}: Pick<RetrieverOptions, 'input' | 'output' | 'filterBy'>): ColumnEffects {
  return { reads: [...new Set([input, ...Object.values(filterBy)])], adds: { [output]: 'json' } }
}

/**
 * `ai.retrieve`: finds passages of a knowledge base.
 *
 * @remarks
 * Cost: The queries of a batch are embedded in one call. Reranking by a language model takes one call per candidate.
 */
export const retrieve = defineOperator({
  name: 'ai.retrieve',
  kind: 'mapBatches',
  description: 'Finds passages in a vector store for a query: by vectors, words, or both',
  options: fields,
  adds: { '{output}': typed<readonly Passage[]>('json') },
  deterministic: false,
  servings: ({ embedder, method, mmr, rerank }) => [
    ...(method === 'keyword' && mmr === undefined ? [] : [{ kind: 'embedding' as const, name: embedder }]),
    ...(rerank === undefined ? [] : [{ kind: rerank.method, name: rerank.serving }]),
  ],
  vectorStores: ({ store }) => [store],
  batchSize: ({ batchSize = 64 }) => batchSize,
  inject: [SERVINGS, VECTOR_STORES],
  create: ({ store, embedder, rerank, ...given }, [servings, stores]) =>
    new Retriever({
      ...given,
      store: () => stores.get(store),
      embedder: given.method === 'keyword' && given.mmr === undefined ? undefined : servings.get(embedder, 'embedding'),
      rerank: rerank && { serving: servings.get(rerank.serving, rerank.method), candidates: rerank.candidates },
    }),
})

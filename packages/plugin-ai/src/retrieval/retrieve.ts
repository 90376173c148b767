import {
  assertPromptsAllowed,
  type BatchContext,
  type ColumnEffects,
  defineOperator,
  type EmbeddingServing,
  type LLMServing,
  MaestroError,
  MapBatchesOperator,
  type Prompt,
  type RerankServing,
  type Row,
  SERVINGS,
  VECTOR_STORES,
  type VectorMetadata,
  type VectorStore,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import {
  languageOption,
  nameOption,
  promptOption,
  type SamplingOptions,
  samplingOf,
  samplingOptions,
} from '../asking/asking-options.js'
import { filledPrompt, promptsOf } from '../asking/prompt-options.js'
import type { Language } from '../asking/task-prompt.js'
import { PassageSearch, type RetrievalMethod } from './passage-search.js'
import { queryFilter, queryText } from './query.js'
import { rerankerOf } from './rerank.js'
import { RetrievePrompt } from './retrieve.prompt.js'

const count = z.number().int().positive()
const flat = z.union([z.string(), z.number(), z.boolean(), z.null()])

/** What operators that look for passages take. */
export const retrievalOptions = {
  method: z.enum(['vector', 'keyword', 'hybrid']).default('vector'),
  passages: count.default(5),
  filter: z.record(z.string(), flat).default({}),
  filterBy: z.record(z.string(), nameOption).default({}),
  threshold: z.number().optional(),
  prefix: z.string().optional(),
  fusion: z.number().positive().optional(),
  mmr: z.strictObject({ lambda: z.number().min(0).max(1).optional(), candidates: count.optional() }).optional(),
  rerank: z
    .strictObject({
      serving: nameOption,
      method: z.enum(['rerank', 'llm']).default('rerank'),
      candidates: count.optional(),
    })
    .optional(),
  embedder: nameOption.default('embedder'),
  maxQueryLength: count.default(10_000),
}

const options = z.strictObject({
  input: nameOption.default('query'),
  store: nameOption,
  output: nameOption.default('passages'),
  prompt: promptOption.optional(),
  language: languageOption,
  batchSize: count.optional(),
  ...retrievalOptions,
  ...samplingOptions,
})

/** How a `Retriever` looks for passages. */
export interface RetrieverOptions extends SamplingOptions {
  readonly store: VectorStore | (() => Promise<VectorStore>)
  /** Embeds queries; not needed by `method: 'keyword'`. */
  readonly embedder?: EmbeddingServing | undefined
  /** @default 'query' */
  readonly input?: string | undefined
  /** @default 'passages' */
  readonly output?: string | undefined
  readonly method?: RetrievalMethod | undefined
  readonly passages?: number | undefined
  readonly filter?: VectorMetadata | undefined
  readonly filterBy?: Readonly<Record<string, string>> | undefined
  readonly threshold?: number | undefined
  readonly prefix?: string | undefined
  readonly fusion?: number | undefined
  readonly mmr?: { readonly lambda?: number | undefined; readonly candidates?: number | undefined } | undefined
  readonly rerank?:
    | { readonly serving: RerankServing | LLMServing; readonly candidates?: number | undefined }
    | undefined
  readonly maxQueryLength?: number | undefined
  /** Of a language model that reranks. */
  readonly prompt?: Prompt | undefined
  readonly language?: Language | undefined
  /** Queries that are looked for at once. @default 64 */
  readonly batchSize?: number | undefined
}

const prompts = promptsOf(RetrievePrompt)

/**
 * Finds the passages of a knowledge base that belong to each query.
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
    const { rerank, prompt, language, embedder, batchSize = 64 } = options
    if (prompt !== undefined) assertPromptsAllowed('Retriever', prompts, [prompt])
    this.batchSize = batchSize
    this.#options = options
    this.#search = new PassageSearch({
      ...options,
      serving: embedder,
      rerank: rerank && {
        by: rerankerOf(rerank.serving, { prompt, language, sampling: samplingOf(options) }),
        candidates: rerank.candidates,
      },
    })
  }

  override get columns(): ColumnEffects {
    return retrieveColumns(this.#options)
  }

  /** @throws MAESTRO_AI_STORE_*, MAESTRO_VECTORS_*, MAESTRO_SERVING_*; a row without a query is rejected alone */
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
 * `ai.retrieve`: passages of a knowledge base.
 *
 * @remarks
 * Cost: The queries of a batch are embedded in one call. Reranking by a language model is one call a candidate.
 */
export const retrieve = defineOperator({
  name: 'ai.retrieve',
  kind: 'mapBatches',
  description: 'Finds passages of a vector store for a query: by vectors, words or both',
  options,
  columns: (given) => retrieveColumns(given),
  deterministic: false,
  prompts: filledPrompt('prompt', prompts, ['query', 'passage']),
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

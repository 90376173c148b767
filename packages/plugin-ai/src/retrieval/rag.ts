import {
  type ColumnEffects,
  type Columns,
  defineOperator,
  type EmbeddingServing,
  fieldsOf,
  type LLMServing,
  MapOperator,
  type OperatorContext,
  type OutputOf,
  type Prompt,
  promptRestrict,
  type RerankServing,
  type Row,
  type RowStorage,
  SERVINGS,
  typed,
  VECTOR_STORES,
  type VectorStore,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import { Asker } from '../asking/asker.js'
import { askedWith, RowAskingOptions, WordsOptions } from '../asking/asking-options.js'
import { asksModel } from '../asking/asks-model.js'
import type { TaskExample } from '../asking/task-prompt.js'
import { withAnswer } from '../asking/with-answer.js'
import { aiError } from '../errors.js'
import { isVector } from '../vectors/vector.js'
import { fitPassages } from './fit-passages.js'
import type { Passage } from './passage.js'
import { PassageSearch } from './passage-search.js'
import { queryFilter, queryText } from './query.js'
import { RagPrompt } from './rag.prompt.js'
import { RagOptions, ragPrompts } from './rag-options.js'
import { rerankerOf } from './rerank.js'
import { RetrievalOptions } from './retrieval-options.js'
import { rowsAsStore } from './rows-as-store.js'

/** Whether the sources contain the answer. */
export type RagOutcome = 'answered' | 'not-in-sources'

const defaultPassageTokens = 2000

const fields = fieldsOf(RagOptions, RetrievalOptions, WordsOptions, RowAskingOptions)

type Options = OutputOf<typeof fields>

/** The options of a `RAGOperator`. */
export interface RAGOperatorOptions {
  readonly llmServing: LLMServing
  /** A vector store, or a storage whose rows have `text` and `embedding`. It is not needed with `retrieved`. */
  readonly knowledgeBaseStorage?: VectorStore | RowStorage | (() => Promise<VectorStore>) | undefined
  /**
   * Embeds queries. It is not needed if the rows have a column `query_embedding`, with `method: 'keyword'`, or with
   * `retrieved`.
   */
  readonly embedder?: EmbeddingServing | undefined
  /** @default 'query' */
  readonly queryColumn?: string | undefined
  /** @default 'context' */
  readonly contextColumn?: string | undefined
  /** @default 'answer' */
  readonly answerColumn?: string | undefined
  /** The number of passages for each question, under the option's name in the Python original. @default 5 */
  readonly topK?: number | undefined
  /**
   * The maximum number of tokens of all passages together, estimated from the script.
   *
   * @default half of the model's context, at most 2000
   */
  readonly passageTokens?: number | undefined
  /** The column that `ai.retrieve` filled, instead of a knowledge base. */
  readonly retrieved?: string | undefined
  readonly method?: Options['method'] | undefined
  readonly filter?: Options['filter'] | undefined
  readonly filterBy?: Options['filterBy'] | undefined
  readonly threshold?: number | undefined
  readonly prefix?: string | undefined
  readonly fusion?: number | undefined
  readonly mmr?: Options['mmr'] | undefined
  readonly rerank?:
    | { readonly serving: RerankServing | LLMServing; readonly candidates?: number | undefined }
    | undefined
  readonly maxQueryLength?: number | undefined
  readonly prompt?: Prompt | undefined
  readonly language?: 'en' | 'zh' | undefined
  readonly instructions?: string | undefined
  readonly examples?: readonly TaskExample[] | undefined
  readonly temperature?: number | undefined
  readonly topP?: number | undefined
  /** The sampling option that operators call `topK`. */
  readonly samplingTopK?: number | undefined
  readonly seed?: number | undefined
  readonly stop?: readonly string[] | undefined
  readonly maxTokens?: number | undefined
  readonly shareAnswers?: boolean | undefined
}

const queryEmbedding = 'query_embedding'

/**
 * The answer of a model; citations are the numbers of passages. `found` comes after the answer, so that the model can
 * see the answer when it decides.
 */
const answerOf = (passages: number) =>
  z.strictObject({
    answer: z.string(),
    citations: z.array(z.literal(Array.from({ length: passages }, (_, index) => index + 1))).max(passages),
    found: z.boolean(),
  })

class Answerer extends MapOperator {
  readonly #options: RAGOperatorOptions
  readonly #prompt: Prompt
  readonly #asker: Asker
  readonly #passageTokens: number
  readonly #search: PassageSearch | undefined

  /** @throws MAESTRO_AI_OPTIONS, MAESTRO_PROMPT_NOT_ALLOWED */
  constructor(given: RAGOperatorOptions) {
    super()
    const { llmServing: serving, knowledgeBaseStorage: knowledge, retrieved } = given
    const fault = (reason: string) => aiError('MAESTRO_AI_OPTIONS', { operator: 'RAGOperator', reason })
    if (serving === undefined) throw fault('a serving is required')
    if ((knowledge === undefined) === (retrieved === undefined))
      throw fault('a knowledge base or the column of the passages is required')
    const { queryColumn: query, contextColumn: context, language, instructions, examples } = given
    const prompt =
      given.prompt ?? new RagPrompt({ query, context, language, instructions, examples: examples && [...examples] })
    this.validatePrompts([prompt])
    this.#options = given
    this.#prompt = prompt
    this.#asker = new Asker({
      serving,
      prompt,
      schema: answerOf(1),
      ...askedWith({ ...given, topK: given.samplingTopK }),
    })
    const { contextTokens } = serving.capabilities
    const fitting = contextTokens === undefined ? defaultPassageTokens : Math.floor(contextTokens / 2)
    this.#passageTokens = given.passageTokens ?? Math.max(1, Math.min(defaultPassageTokens, fitting))
    this.#search = knowledge && searchOf(given, knowledge)
  }

  override get columns(): ColumnEffects {
    return ragColumns(this.#options, this.#prompt)
  }

  /**
   * @throws MAESTRO_AI_EMPTY_INPUT, MAESTRO_AI_CONTEXT_SMALL, MAESTRO_AI_STORE_*, MAESTRO_VECTORS_*, MAESTRO_SERVING_*
   */
  async map(row: Row, context: OperatorContext): Promise<Row> {
    const {
      queryColumn = 'query',
      maxQueryLength = 10_000,
      contextColumn = 'context',
      answerColumn = 'answer',
    } = this.#options
    const text = queryText(row, queryColumn, maxQueryLength)
    const used = fitPassages(await this.#passages(row, text, context), this.#passageTokens)
    const answer = await this.#answer(row, used, context)
    return withAnswer(
      row,
      {
        [contextColumn]: used.map(({ text }, index) => `[${index + 1}] ${text}`).join('\n\n'),
        [answerColumn]: answer?.text ?? null,
        [`${answerColumn}_citations`]: answer?.citations ?? [],
        [`${answerColumn}_outcome`]: (answer === undefined ? 'not-in-sources' : 'answered') satisfies RagOutcome,
      },
      ragColumns(this.#options, this.#prompt).adds ?? {},
    )
  }

  async #passages(row: Row, text: string, context: OperatorContext): Promise<readonly Passage[]> {
    const { retrieved, filter = {}, filterBy = {} } = this.#options
    if (this.#search === undefined) return passagesOf(row, retrieved ?? '')
    const known = row[queryEmbedding]
    const vector = isVector(known) ? Float32Array.from(known) : undefined
    const [found = []] = await this.#search.find(
      [{ text, filter: queryFilter(row, filter, filterBy), vector }],
      context,
    )
    return found
  }

  /** If no passage was found, the model is not asked. */
  async #answer(
    row: Row,
    used: readonly Passage[],
    context: OperatorContext,
  ): Promise<{ readonly text: string; readonly citations: readonly string[] } | undefined> {
    if (used.length === 0) return undefined
    const { contextColumn = 'context' } = this.#options
    const numbered = used.map(({ text }, index) => ({ number: index + 1, text }))
    const { found, answer, citations } = await this.#asker.data(
      answerOf(used.length),
      { ...row, [contextColumn]: numbered },
      context,
    )
    if (!found || answer.trim() === '') return undefined
    const ids = [...new Set(citations)].flatMap((number) => used[number - 1]?.id ?? [])
    return { text: answer.trim(), citations: ids }
  }
}

function searchOf(given: RAGOperatorOptions, knowledge: NonNullable<RAGOperatorOptions['knowledgeBaseStorage']>) {
  const { rerank, embedder, topK, language } = given
  const store = typeof knowledge === 'function' || 'search' in knowledge ? knowledge : () => rowsAsStore(knowledge)
  // Rows may contain their vectors. A row without one is reported when it is processed.
  const serving = embedder ?? withoutModel
  return new PassageSearch({
    ...given,
    store,
    serving,
    passages: topK,
    rerank: rerank && { by: rerankerOf(rerank.serving, { language }), candidates: rerank.candidates },
  })
}

/** Replaces the embedder if none is given. */
const withoutModel: EmbeddingServing = {
  kind: 'embedding',
  name: 'none',
  async embed() {
    const reason = `an embedder is required, or a column "${queryEmbedding}" with the query's vector`
    throw aiError('MAESTRO_AI_OPTIONS', { operator: 'RAGOperator', reason })
  },
}

/** @throws MAESTRO_AI_PASSAGES */
function passagesOf(row: Row, column: string): readonly Passage[] {
  const value = row[column]
  const isPassage = (one: unknown): one is Passage =>
    typeof one === 'object' &&
    one !== null &&
    typeof (one as Passage).id === 'string' &&
    typeof (one as Passage).text === 'string'
  if (Array.isArray(value) && value.every(isPassage)) return value
  throw aiError('MAESTRO_AI_PASSAGES', { column })
}

function ragColumns(
  {
    queryColumn = 'query',
    contextColumn = 'context',
    answerColumn = 'answer',
    retrieved,
    filterBy = {},
  }: Pick<RAGOperatorOptions, 'queryColumn' | 'contextColumn' | 'answerColumn' | 'retrieved' | 'filterBy'>,
  prompt: Prompt,
): ColumnEffects & { readonly adds: Columns } {
  const asked = prompt.variables.filter((name) => name !== contextColumn)
  const reads = [queryColumn, ...asked, ...Object.values(filterBy), ...(retrieved === undefined ? [] : [retrieved])]
  return {
    reads: [...new Set(reads)],
    adds: {
      [contextColumn]: 'string',
      [answerColumn]: 'string',
      [`${answerColumn}_citations`]: 'json',
      [`${answerColumn}_outcome`]: 'string',
    },
  }
}

/**
 * Answers questions from the passages of a knowledge base, with checked citations. If the passages do not contain the
 * answer, the outcome is `not-in-sources` and there is no answer.
 *
 * @example
 * await new RAGOperator({ llmServing, embedder, knowledgeBaseStorage: store, topK: 3 }).run(storage)
 */
export const RAGOperator = promptRestrict(...ragPrompts)(Answerer)
export type RAGOperator = Answerer

/** The option names of the Python original. */
const columnNames = ({ input, context, output }: Options) => ({
  queryColumn: input,
  contextColumn: context,
  answerColumn: output,
})

const needsEmbedder = ({ method, mmr, retrieved }: Options) =>
  retrieved === undefined && (method !== 'keyword' || mmr !== undefined)

/**
 * `ai.rag`: answers questions from a knowledge base.
 *
 * @remarks Cost: One call per row, with up to `passageTokens` of passages; no call if no passage was found. The queries
 * of a batch are embedded in one call.
 */
export const rag = defineOperator({
  name: 'ai.rag',
  kind: 'map',
  description: 'Answers questions from passages of a vector store, with citations',
  options: fields,
  adds: {
    '{context}': 'string',
    '{output}': typed<string | null>('string'),
    '{output}_citations': typed<readonly string[]>('json'),
    '{output}_outcome': typed<RagOutcome>('string'),
  },
  deterministic: false,
  servings: (given) => [
    ...asksModel.servings(given),
    ...(needsEmbedder(given) ? [{ kind: 'embedding' as const, name: given.embedder }] : []),
    ...(given.rerank === undefined ? [] : [{ kind: given.rerank.method, name: given.rerank.serving }]),
  ],
  vectorStores: ({ store }) => (store === undefined ? [] : [store]),
  inject: [SERVINGS, VECTOR_STORES],
  create: (given, [servings, stores]) => {
    const { serving, embedder, store, rerank, passages, topK } = given
    return new RAGOperator({
      ...given,
      ...columnNames(given),
      topK: passages,
      samplingTopK: topK,
      llmServing: servings.get(serving, 'llm'),
      knowledgeBaseStorage: store === undefined ? undefined : () => stores.get(store),
      embedder: needsEmbedder(given) ? servings.get(embedder, 'embedding') : undefined,
      rerank: rerank && { serving: servings.get(rerank.serving, rerank.method), candidates: rerank.candidates },
    })
  },
})

import {
  type ColumnEffects,
  type Columns,
  MapOperator,
  type OperatorContext,
  type Prompt,
  promptRestrict,
  type Row,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import { Asker } from '../asking/asker.js'
import { askedWith } from '../asking/asking-options.js'
import { toPrompt } from '../asking/prompt-options.js'
import { withAnswer } from '../asking/with-answer.js'
import { aiError } from '../errors.js'
import { isVector } from '../vectors/vector.js'
import { fitPassages } from './fit-passages.js'
import type { Passage } from './passage.js'
import type { PassageSearch } from './passage-search.js'
import { queryFilter, queryText } from './query.js'
import { RagPrompt } from './rag.prompt.js'
import type { RAGOperatorOptions } from './rag-operator-options.js'
import { ragPrompts } from './rag-options.js'
import { passagesOf, queryEmbedding, searchOf } from './rag-passages.js'

/** Whether the sources contain the answer. */
export type RagOutcome = 'answered' | 'not-in-sources'

const defaultPassageTokens = 2000

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
    const own = () => new RagPrompt({ query, context, language, instructions, examples: examples && [...examples] })
    const prompt = toPrompt(given.prompt) ?? own()
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

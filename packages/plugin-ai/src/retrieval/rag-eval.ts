import {
  assertPromptsAllowed,
  type ColumnEffects,
  type Columns,
  defineOperator,
  type EmbeddingServing,
  EnhancedEmbeddingServing,
  type LLMServing,
  MapOperator,
  type OperatorContext,
  type Prompt,
  type Row,
  SERVINGS,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import { Asker } from '../asking/asker.js'
import { languageOption, nameOption, promptOption, samplingOf, samplingOptions } from '../asking/asking-options.js'
import { columnText } from '../asking/column-text.js'
import { filledPrompt, promptsOf } from '../asking/prompt-options.js'
import { aiError } from '../errors.js'
import { similarity } from '../vectors/metrics.js'
import { RagEvalPrompt } from './rag-eval.prompt.js'

/**
 * What is measured, 0 to 1. `faithfulness`: the share of the answer's claims that the context supports; `relevance`: how
 * near the question is to questions that the answer would answer; `recall`: the share of a reference's claims that the
 * context supports. All three are those of Ragas (Es, James, Espinosa-Anke and Schockaert, 2023). `hits`: the share of
 * the passages known to be right that were found; `rank`: 1 / the place of the first of them (0 when none was found).
 */
export const ragMetrics = ['faithfulness', 'relevance', 'recall', 'hits', 'rank'] as const
export type RagMetric = (typeof ragMetrics)[number]

/** Why a metric is null. */
export type RagEvalGap = 'no-answer' | 'no-context' | 'no-reference' | 'no-claims'

const options = z
  .strictObject({
    metrics: z.array(z.enum(ragMetrics)).min(1).default(['faithfulness', 'relevance']),
    inputs: z
      .strictObject({
        query: nameOption.default('query'),
        answer: nameOption.default('answer'),
        context: nameOption.default('context'),
        reference: nameOption.optional(),
        passages: nameOption.default('passages'),
        relevant: nameOption.optional(),
      })
      .prefault({}),
    output: nameOption.default('rag'),
    serving: nameOption.default('default'),
    embedder: nameOption.default('embedder'),
    prompt: promptOption.optional(),
    questionsPrompt: promptOption.optional(),
    language: languageOption,
    ...samplingOptions,
  })
  .superRefine(({ metrics, inputs: { reference, relevant } }, { addIssue }) => {
    const need = (name: string, of: string) =>
      addIssue({
        code: 'custom',
        path: ['inputs', name],
        message: `it is missing, and ${of} needs it`,
        input: undefined,
      })
    if (metrics.includes('recall') && reference === undefined) need('reference', 'recall')
    if ((metrics.includes('hits') || metrics.includes('rank')) && relevant === undefined)
      need('relevant', 'hits and rank')
  })

type Options = z.output<typeof options>

/** What a `RagEvaluator` measures, and by which models. */
export type RagEvaluatorOptions = Partial<Omit<z.input<typeof options>, 'serving' | 'embedder'>> & {
  /** Judges claims; not needed for `hits` and `rank`. */
  readonly serving?: LLMServing | undefined
  /** For `relevance`. */
  readonly embedder?: EmbeddingServing | undefined
}

const asksModel = (metrics: readonly RagMetric[]) =>
  metrics.some((metric) => metric === 'faithfulness' || metric === 'relevance' || metric === 'recall')

const claims = z.strictObject({ claims: z.array(z.strictObject({ claim: z.string(), supported: z.boolean() })) })
const questions = z.strictObject({ questions: z.array(z.string()).min(1) })

const prompts = promptsOf(RagEvalPrompt)

/** A number, or why there is none. */
type Measured = number | RagEvalGap

/**
 * Measures answers and the passages they were made from.
 *
 * @example
 * await new RagEvaluator({ serving, embedder, metrics: ['faithfulness', 'relevance'] }).run(storage)
 */
export class RagEvaluator extends MapOperator {
  readonly #options: Options
  readonly #claims: Asker | undefined
  readonly #questions: Asker | undefined
  readonly #embedder: EmbeddingServing | undefined

  /** @throws MAESTRO_AI_OPTIONS, MAESTRO_PROMPT_NOT_ALLOWED */
  constructor({ serving, embedder, ...given }: RagEvaluatorOptions) {
    super()
    const result = options.safeParse(given)
    const fault = (reason: string) => aiError('MAESTRO_AI_OPTIONS', { operator: 'RagEvaluator', reason })
    if (!result.success)
      throw fault(result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '))
    this.#options = result.data
    const { metrics, language, prompt, questionsPrompt } = result.data
    assertPromptsAllowed(
      'RagEvaluator',
      prompts,
      [prompt, questionsPrompt].filter((one) => one !== undefined),
    )
    if (asksModel(metrics) && serving === undefined) throw fault('there is no serving to ask')
    if (metrics.includes('relevance') && embedder === undefined) throw fault('relevance needs an embedder')
    const asker = (task: 'claims' | 'questions', schema: z.ZodType, given?: Prompt) =>
      serving &&
      new Asker({
        serving,
        prompt: given ?? new RagEvalPrompt({ task, language }),
        schema,
        sampling: { temperature: 0, ...samplingOf(result.data) },
      })
    this.#claims = asker('claims', claims, prompt)
    this.#questions = asker('questions', questions, questionsPrompt)
    this.#embedder = embedder && EnhancedEmbeddingServing.of(embedder)
  }

  override get columns(): ColumnEffects {
    return evalColumns(this.#options)
  }

  /** @throws MAESTRO_AI_EMPTY_INPUT for a row without a question, MAESTRO_AI_PASSAGES, MAESTRO_SERVING_* */
  async map(row: Row, context: OperatorContext): Promise<Row> {
    const { metrics, output } = this.#options
    const measured = await Promise.all(
      metrics.map(async (metric) => [metric, await this.#measures[metric](row, context)] as const),
    )
    const gaps = measured.flatMap(([metric, value]) => (typeof value === 'number' ? [] : [[metric, value] as const]))
    return {
      ...row,
      ...Object.fromEntries(
        measured.map(([metric, value]) => [`${output}_${metric}`, typeof value === 'number' ? value : null]),
      ),
      [`${output}_gaps`]: Object.fromEntries(gaps),
    }
  }

  readonly #measures: Readonly<Record<RagMetric, (row: Row, context: OperatorContext) => Promise<Measured>>> = {
    faithfulness: async (row, context) => {
      const answer = textOf(row, this.#options.inputs.answer)
      return answer === undefined ? 'no-answer' : this.#supported(answer, row, context)
    },
    recall: async (row, context) => {
      const reference = textOf(row, this.#options.inputs.reference ?? '')
      return reference === undefined ? 'no-reference' : this.#supported(reference, row, context)
    },
    relevance: async (row, context) => this.#relevance(row, context),
    hits: async (row) => {
      const [found, right] = this.#foundAndRight(row)
      return right.size === 0 ? 'no-reference' : found.filter((id) => right.has(id)).length / right.size
    },
    rank: async (row) => {
      const [found, right] = this.#foundAndRight(row)
      if (right.size === 0) return 'no-reference'
      const place = found.findIndex((id) => right.has(id))
      return place < 0 ? 0 : 1 / (place + 1)
    },
  }

  async #supported(text: string, row: Row, context: OperatorContext): Promise<Measured> {
    const source = textOf(row, this.#options.inputs.context)
    if (source === undefined) return 'no-context'
    const judged = await this.#claims?.data(claims, { text, context: source }, context)
    const all = judged?.claims ?? []
    return all.length === 0 ? 'no-claims' : all.filter(({ supported }) => supported).length / all.length
  }

  async #relevance(row: Row, context: OperatorContext): Promise<Measured> {
    const query = columnText(row, this.#options.inputs.query)
    const text = textOf(row, this.#options.inputs.answer)
    if (text === undefined) return 'no-answer'
    const asked = (await this.#questions?.data(questions, { text }, context))?.questions ?? []
    const { signal, step, run, rowId } = context
    const embedded = await this.#embedder?.embed([query, ...asked], { signal, step, run, rowId })
    const [own, ...others] = embedded?.vectors ?? []
    if (own === undefined || others.length === 0) return 'no-claims'
    const near = others.map((vector) => similarity('cosine', own, vector))
    return Math.max(0, near.reduce((sum, value) => sum + value, 0) / near.length)
  }

  /** The ids of passages that were found, in order, each once, and of those that are right. */
  #foundAndRight(row: Row): readonly [found: readonly string[], right: ReadonlySet<string>] {
    const { passages, relevant = '' } = this.#options.inputs
    return [[...new Set(idsOf(row, passages))], new Set(idsOf(row, relevant))]
  }
}

/** An answer of null is one that was not in the sources. */
function textOf(row: Row, column: string): string | undefined {
  const value = row[column]
  if (value === null || value === undefined || value === '') return undefined
  return columnText(row, column)
}

/** Ids, as a list of them, as passages, or one alone. @throws MAESTRO_AI_PASSAGES */
function idsOf(row: Row, column: string): readonly string[] {
  const value = row[column] ?? []
  const list: readonly unknown[] = Array.isArray(value) ? value : [value]
  return list.map((one) => {
    const id = typeof one === 'object' && one !== null ? (one as { id?: unknown }).id : one
    if (typeof id === 'string') return id
    throw aiError('MAESTRO_AI_PASSAGES', { column })
  })
}

function evalColumns(given: Options): ColumnEffects & { readonly adds: Columns } {
  const { metrics, output } = given
  const { query, answer, context, reference, passages, relevant } = given.inputs
  const needs: Readonly<Record<RagMetric, readonly (string | undefined)[]>> = {
    faithfulness: [answer, context],
    relevance: [query, answer],
    recall: [reference, context],
    hits: [passages, relevant],
    rank: [passages, relevant],
  }
  const reads = metrics.flatMap((metric) => needs[metric]).filter((name) => name !== undefined)
  const numbers = metrics.map((metric) => [`${output}_${metric}`, 'number'] as const)
  return { reads: [...new Set(reads)], adds: { ...Object.fromEntries(numbers), [`${output}_gaps`]: 'json' } }
}

/**
 * `ai.rag-eval`: how good answers and their passages are.
 *
 * @remarks
 * Cost: One call a row for each of faithfulness, relevance and recall, and three embedded questions for relevance.
 * `hits` and `rank` ask nothing.
 */
export const ragEval = defineOperator({
  name: 'ai.rag-eval',
  kind: 'map',
  description: 'Measures answers and the passages they come from: faithfulness, relevance, recall, hits, rank',
  options,
  columns: (given: Options) => evalColumns(given),
  deterministic: false,
  prompts: [filledPrompt('prompt', prompts, ['text', 'context']), filledPrompt('questionsPrompt', prompts, ['text'])],
  servings: ({ metrics, serving, embedder }) => [
    ...(asksModel(metrics) ? [{ kind: 'llm' as const, name: serving }] : []),
    ...(metrics.includes('relevance') ? [{ kind: 'embedding' as const, name: embedder }] : []),
  ],
  inject: [SERVINGS],
  create: ({ serving, embedder, ...given }, [servings]) =>
    new RagEvaluator({
      ...given,
      serving: asksModel(given.metrics) ? servings.get(serving, 'llm') : undefined,
      embedder: given.metrics.includes('relevance') ? servings.get(embedder, 'embedding') : undefined,
    }),
})

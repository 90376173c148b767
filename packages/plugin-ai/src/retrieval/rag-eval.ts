import {
  assertPromptsAllowed,
  type ColumnEffects,
  type Columns,
  column,
  defineOperator,
  type EmbeddingServing,
  EnhancedEmbeddingServing,
  fieldsOf,
  type LLMServing,
  MapOperator,
  newColumn,
  type OperatorContext,
  type OutputOf,
  objectOption,
  optionsSchema,
  type Prompt,
  promptOption,
  type Refinement,
  type Row,
  servingOption,
  typed,
  withDefault,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import { type Alone, parseOptions } from '../asking/alone.js'
import { Asker } from '../asking/asker.js'
import { AskingOptions, samplingOf, WordsOptions } from '../asking/asking-options.js'
import { asksModel } from '../asking/asks-model.js'
import { columnText } from '../asking/column-text.js'
import { promptsOf } from '../asking/prompt-options.js'
import { aiError } from '../errors.js'
import { similarity } from '../vectors/metrics.js'
import { idsOf, textOf } from './measured-cells.js'
import { RagEvalPrompt } from './rag-eval.prompt.js'

/**
 * A metric, 0 to 1. `faithfulness`: the share of the answer's claims that the context supports; `relevance`: how
 * near the question is to questions that the answer would answer; `recall`: the share of a reference's claims that the
 * context supports. All three are those of Ragas (Es, James, Espinosa-Anke and Schockaert, 2023). `hits`: the share of
 * the passages known to be right that were found; `rank`: 1 / the place of the first of them (0 when none was found).
 */
export const ragMetrics = ['faithfulness', 'relevance', 'recall', 'hits', 'rank'] as const
/** A metric of `ai.rag-eval`. */
export type RagMetric = (typeof ragMetrics)[number]

/** The reason why a metric is null. */
export type RagEvalGap = 'no-answer' | 'no-context' | 'no-reference' | 'no-claims'

const prompts = promptsOf(RagEvalPrompt)

/** The columns to evaluate. A column is read if a metric needs it. */
class MeasuredColumns {
  /** The column of the question. @default 'query' */
  query = column().optional()
  /** The column of the answer. Null counts as no answer. @default 'answer' */
  answer = column().optional()
  /** The column of the context from which the answer was generated. @default 'context' */
  context = column().optional()
  /** The column of an answer that is known to be right, for `recall`. */
  reference = column().optional()
  /** The column of the passages that were found, for `hits` and `rank`. @default 'passages' */
  passages = column().optional()
  /** The column of the ids of the passages that are known to be right, for `hits` and `rank`. */
  relevant = column().optional()
}

const fields = fieldsOf(
  {
    /** The metrics. Each metric becomes a column `<output>_<metric>`, 0 to 1. @default ['faithfulness', 'relevance'] */
    metrics: withDefault(z.array(z.enum(ragMetrics)).min(1), ['faithfulness', 'relevance']),
    /**
     * The columns to evaluate: `query`, `answer`, and `context`, whose names are the defaults; `reference` for
     * `recall`; `passages` and `relevant` for `hits` and `rank`.
     */
    inputs: objectOption(MeasuredColumns).default({}),
    /** The prefix of the names of the columns. `<output>_gaps` holds the reason why a metric is null. @default 'rag' */
    output: newColumn('rag'),
    /** The name of the embedding model in the config, for `relevance`. @default 'embedder' */
    embedder: servingOption().default('embedder'),
    /** A prompt that replaces the operator's own and compares the claims of `text` with the `context`. */
    prompt: promptOption({ allowed: prompts, variables: ['text', 'context'], overRow: false }).optional(),
    /** A prompt that replaces the operator's own and generates the questions that `text`, an answer, answers. */
    questionsPrompt: promptOption({ allowed: prompts, variables: ['text'], overRow: false }).optional(),
  },
  WordsOptions,
  AskingOptions,
)

type Options = OutputOf<typeof fields>

const refine: Refinement<Options> = ({ metrics, inputs: { reference, relevant } }, { addIssue }) => {
  const need = (name: string, of: string) =>
    addIssue({ code: 'custom', path: ['inputs', name], message: `it is missing, but ${of} needs it`, input: undefined })
  if (metrics.includes('recall') && reference === undefined) need('reference', 'recall')
  if ((metrics.includes('hits') || metrics.includes('rank')) && relevant === undefined)
    need('relevant', 'hits and rank')
}

const schema = optionsSchema(fields, refine)

/** Options of `RagEvaluator`: those of `ai.rag-eval`, with the models themselves as `serving` and `embedder`. */
export type RagEvaluatorOptions = Alone<
  typeof fields,
  {
    /** Judges claims. `hits` and `rank` do not need it. */
    readonly serving?: LLMServing | undefined
    /** Measures `relevance`. */
    readonly embedder?: EmbeddingServing | undefined
  }
>

const needsModel = (metrics: readonly RagMetric[]) =>
  metrics.some((metric) => metric === 'faithfulness' || metric === 'relevance' || metric === 'recall')

const claims = z.strictObject({ claims: z.array(z.strictObject({ claim: z.string(), supported: z.boolean() })) })
const questions = z.strictObject({ questions: z.array(z.string()).min(1) })

/** A number, or the reason why it is missing. */
type Measured = number | RagEvalGap

/**
 * Evaluates answers and the passages from which they were generated.
 *
 * @example
 * await new RagEvaluator({ serving, embedder, metrics: ['faithfulness', 'relevance'] }).run(storage)
 */
export class RagEvaluator extends MapOperator {
  readonly #options: Options
  readonly #columns: ReturnType<typeof measuredColumns>
  readonly #claims: Asker | undefined
  readonly #questions: Asker | undefined
  readonly #embedder: EmbeddingServing | undefined

  /** @throws MAESTRO_AI_OPTIONS, MAESTRO_PROMPT_NOT_ALLOWED */
  constructor({ serving, embedder, ...given }: RagEvaluatorOptions) {
    super()
    const checked = parseOptions('RagEvaluator', schema, given)
    this.#options = checked
    this.#columns = measuredColumns(checked)
    const { metrics, language, instructions, prompt, questionsPrompt } = checked
    const fault = (reason: string) => aiError('MAESTRO_AI_OPTIONS', { operator: 'RagEvaluator', reason })
    assertPromptsAllowed(
      'RagEvaluator',
      prompts,
      [prompt, questionsPrompt].filter((one) => one !== undefined),
    )
    if (needsModel(metrics) && serving === undefined) throw fault('a serving is required')
    if (metrics.includes('relevance') && embedder === undefined) throw fault('relevance requires an embedder')
    const asker = (task: 'claims' | 'questions', schema: z.ZodType, given?: Prompt) =>
      serving &&
      new Asker({
        serving,
        prompt: given ?? new RagEvalPrompt({ task, language, instructions }),
        schema,
        sampling: { temperature: 0, ...samplingOf(checked) },
      })
    this.#claims = asker('claims', claims, prompt)
    this.#questions = asker('questions', questions, questionsPrompt)
    this.#embedder = embedder && EnhancedEmbeddingServing.of(embedder)
  }

  override get columns(): ColumnEffects {
    return { reads: columnsRead(this.#options), adds: addedColumns(this.#options) }
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
      const answer = textOf(row, this.#columns.answer)
      return answer === undefined ? 'no-answer' : this.#supported(answer, row, context)
    },
    recall: async (row, context) => {
      const reference = textOf(row, this.#columns.reference ?? '')
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
    const source = textOf(row, this.#columns.context)
    if (source === undefined) return 'no-context'
    const judged = await this.#claims?.data(claims, { text, context: source }, context)
    const all = judged?.claims ?? []
    return all.length === 0 ? 'no-claims' : all.filter(({ supported }) => supported).length / all.length
  }

  async #relevance(row: Row, context: OperatorContext): Promise<Measured> {
    const query = columnText(row, this.#columns.query)
    const text = textOf(row, this.#columns.answer)
    if (text === undefined) return 'no-answer'
    const asked = (await this.#questions?.data(questions, { text }, context))?.questions ?? []
    const { signal, step, run, rowId } = context
    const embedded = await this.#embedder?.embed([query, ...asked], { signal, step, run, rowId })
    const [own, ...others] = embedded?.vectors ?? []
    if (own === undefined || others.length === 0) return 'no-claims'
    const near = others.map((vector) => similarity('cosine', own, vector))
    return Math.max(0, near.reduce((sum, value) => sum + value, 0) / near.length)
  }

  /** The distinct ids of the found passages, in order, and the ids of the relevant ones. */
  #foundAndRight(row: Row): readonly [found: readonly string[], right: ReadonlySet<string>] {
    const { passages, relevant = '' } = this.#columns
    return [[...new Set(idsOf(row, passages))], new Set(idsOf(row, relevant))]
  }
}

const measuredColumns = ({ inputs }: Options) => ({
  ...inputs,
  query: inputs.query ?? 'query',
  answer: inputs.answer ?? 'answer',
  context: inputs.context ?? 'context',
  passages: inputs.passages ?? 'passages',
})

/** The columns that the chosen metrics need. */
function columnsRead(given: Options): readonly string[] {
  const { query, answer, context, reference, passages, relevant } = measuredColumns(given)
  const needs: Readonly<Record<RagMetric, readonly (string | undefined)[]>> = {
    faithfulness: [answer, context],
    relevance: [query, answer],
    recall: [reference, context],
    hits: [passages, relevant],
    rank: [passages, relevant],
  }
  return [...new Set(given.metrics.flatMap((metric) => needs[metric]))].filter((name) => name !== undefined)
}

const addedColumns = ({ metrics, output }: Options): Columns => ({
  ...Object.fromEntries(metrics.map((metric) => [`${output}_${metric}`, 'number'])),
  [`${output}_gaps`]: 'json',
})

/**
 * `ai.rag-eval`: evaluates answers and their passages.
 *
 * @remarks Cost: One call per row for each of faithfulness, relevance, and recall, and three embedded questions for
 * relevance. `hits` and `rank` cost nothing.
 */
export const ragEval = defineOperator({
  name: 'ai.rag-eval',
  kind: 'map',
  description: 'Evaluates answers and the passages they come from: faithfulness, relevance, recall, hits, rank',
  options: fields,
  refine,
  adds: {
    '{output}_{metrics}': typed<number | null>('number'),
    '{output}_gaps': typed<Readonly<Partial<Record<RagMetric, RagEvalGap>>>>('json'),
  },
  reads: columnsRead,
  ...asksModel,
  servings: (given) => [
    ...(needsModel(given.metrics) ? [{ kind: 'llm' as const, name: given.serving }] : []),
    ...(given.metrics.includes('relevance') ? [{ kind: 'embedding' as const, name: given.embedder }] : []),
  ],
  create: ({ serving, embedder, ...given }, [servings]) =>
    new RagEvaluator({
      ...given,
      serving: needsModel(given.metrics) ? servings.get(serving, 'llm') : undefined,
      embedder: given.metrics.includes('relevance') ? servings.get(embedder, 'embedding') : undefined,
    }),
})

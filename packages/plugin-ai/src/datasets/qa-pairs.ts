import {
  type ColumnEffects,
  type Columns,
  defineOperator,
  FlatMapOperator,
  type OperatorContext,
  type Prompt,
  promptRestrict,
  type Row,
  SERVINGS,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import { Asker } from '../asking/asker.js'
import {
  askedWith,
  asksOneThing,
  checkOptions,
  examplesOption,
  nameOption,
  taskOptions,
} from '../asking/asking-options.js'
import { columnText } from '../asking/column-text.js'
import type { Alone, WordsWithExamples } from '../asking/component-types.js'
import { promptsOf } from '../asking/prompt-options.js'
import { aiError } from '../errors.js'
import { findSpan } from '../text/find-span.js'
import type { QaPairsSettings } from './component-types.js'
import { QaPairsPrompt } from './qa-pairs.prompt.js'

const { rowsPerCall: _, ...asking } = taskOptions

const options = z
  .strictObject({
    input: nameOption,
    pairs: z.number().int().positive().default(3),
    outputs: z
      .strictObject({
        question: nameOption.default('question'),
        answer: nameOption.default('answer'),
        evidence: nameOption.default('evidence'),
      })
      .prefault({}),
    examples: examplesOption,
    ...asking,
  })
  .superRefine(asksOneThing([], ['examples', 'instructions', 'language']))

type Options = z.output<typeof options>

/** Options of `QaPairGenerator`: those of `ai.qa-pairs`, with the model itself as `serving`. */
export type QaPairGeneratorOptions = Omit<Alone<QaPairsSettings, 'input', WordsWithExamples>, 'rowsPerCall'>

const promptOf = ({ prompt, input, pairs, examples, language, instructions }: Options): Prompt =>
  prompt ?? new QaPairsPrompt({ input, pairs, examples, language, instructions })

const columnsOf = ({ outputs: { question, answer, evidence } }: Options): Columns => ({
  [question]: 'string',
  [answer]: 'string',
  [evidence]: 'string',
  [`${evidence}_start`]: 'integer',
  [`${evidence}_end`]: 'integer',
})

/** The evidence comes first: a model that has quoted it asks about what is there. */
const answers = z.strictObject({
  pairs: z.array(z.strictObject({ evidence: z.string(), question: z.string(), answer: z.string() })).min(1),
})

class PairGenerator extends FlatMapOperator {
  readonly #options: Options
  readonly #asker: Asker

  /** @throws MAESTRO_AI_OPTIONS, MAESTRO_PROMPT_NOT_ALLOWED */
  constructor(given: QaPairGeneratorOptions) {
    super()
    const { options: checked, serving } = checkOptions('QaPairGenerator', options, given)
    const prompt = promptOf(checked)
    this.validatePrompts([prompt])
    this.#options = checked
    this.#asker = new Asker({ serving, prompt, schema: answers, ...askedWith(checked) })
  }

  override get columns(): ColumnEffects {
    return {
      reads: [...new Set([this.#options.input, ...promptOf(this.#options).variables])],
      adds: columnsOf(this.#options),
    }
  }

  /** @throws MAESTRO_AI_EVIDENCE when no pair rests on the text, MAESTRO_AI_EMPTY_INPUT, MAESTRO_PROMPT_*, MAESTRO_SERVING_* */
  async flatMap(row: Row, context: OperatorContext): Promise<readonly Row[]> {
    const { input, pairs, outputs } = this.#options
    const { question, answer, evidence } = outputs
    const text = columnText(row, input)
    const asked = await this.#asker.data(answers, row, context)
    const known = new Set<string>()
    const rows = asked.pairs.flatMap((pair): Row[] => {
      const span = findSpan(text, pair.evidence)
      const key = pair.question.trim().toLowerCase()
      if (span === undefined || key === '' || pair.answer.trim() === '' || known.has(key)) return []
      known.add(key)
      return [
        {
          ...row,
          [question]: pair.question.trim(),
          [answer]: pair.answer.trim(),
          [evidence]: text.slice(span.start, span.end),
          [`${evidence}_start`]: span.start,
          [`${evidence}_end`]: span.end,
        },
      ]
    })
    if (rows.length === 0)
      throw aiError('MAESTRO_AI_EVIDENCE', { serving: this.#asker.serving.name, pairs: asked.pairs.length })
    return rows.slice(0, pairs)
  }
}

const prompts = promptsOf(QaPairsPrompt)

/**
 * Makes question-answer pairs of a text. The evidence of each stands in the text.
 *
 * @example
 * await new QaPairGenerator({ serving, input: 'text', pairs: 5 }).run(storage)
 */
export const QaPairGenerator = promptRestrict(...prompts)(PairGenerator)
export type QaPairGenerator = PairGenerator

/**
 * `ai.qa-pairs`: question-answer pairs of a text.
 *
 * @remarks
 * Cost: One call a row, with the whole text.
 */
export const qaPairs = defineOperator({
  name: 'ai.qa-pairs',
  kind: 'flatMap',
  description: 'Makes question-answer pairs of a text, a row for each, with the evidence in the text',
  options,
  columns: (given: Options) => ({
    reads: [...new Set([given.input, ...promptOf(given).variables])],
    adds: columnsOf(given),
  }),
  deterministic: false,
  prompts: { option: 'prompt', allowed: prompts },
  servings: ({ serving, prompt }) => [{ kind: 'llm', name: serving, capabilities: prompt?.needs ?? [] }],
  inject: [SERVINGS],
  create: ({ serving, ...given }, [servings]) =>
    new QaPairGenerator({ ...given, serving: servings.get(serving, 'llm') }),
})

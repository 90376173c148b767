import { type Columns, type OperatorContext, promptRestrict, type Row } from '@maestro-dataflow/core'
import { z } from 'zod'
import { AskingOperator } from '../asking/asking-operator.js'
import {
  askedWith,
  asksOneThing,
  checkOptions,
  examplesOption,
  nameOption,
  taskOptions,
} from '../asking/asking-options.js'
import type { Alone, WordsWithExamples } from '../asking/component-types.js'
import { defineAskingOperator } from '../asking/define-asking-operator.js'
import { promptsOf } from '../asking/prompt-options.js'
import type { ScoreCriterion, ScoreSettings } from './component-types.js'
import { ScorePrompt, scoreCriterionOption } from './score.prompt.js'

const options = z
  .strictObject({
    input: nameOption.optional(),
    criterion: scoreCriterionOption.optional(),
    min: z.number().default(1),
    max: z.number().default(5),
    integer: z.boolean().default(true),
    reason: z.boolean().default(true),
    output: nameOption.default('score'),
    examples: examplesOption,
    ...taskOptions,
  })
  .superRefine(asksOneThing(['input', 'criterion'], ['examples', 'instructions', 'language']))
  .refine(({ min, max, integer }) => (integer ? Math.ceil(min) < Math.floor(max) : min < max), {
    path: ['max'],
    message: 'it must be larger than `min`',
  })

type Options = z.output<typeof options>

/** Options of `Scorer`: those of `ai.score`, with the model itself as `serving`. */
export type ScorerOptions = Alone<ScoreSettings, 'input', WordsWithExamples & { readonly criterion?: ScoreCriterion }>

const promptOf = ({ prompt, input = '', criterion = '', min, max, examples, instructions, language }: Options) =>
  prompt ?? new ScorePrompt({ input, criterion, min, max, examples, instructions, language })

const columnsOf = ({ output, integer, reason }: Options): Columns => ({
  [output]: integer ? 'integer' : 'number',
  ...(reason ? { [`${output}_reason`]: 'string' as const } : {}),
})

interface Answer {
  readonly score: number
  readonly reason?: string
}

/** The reason comes first: a model that has said it gives a better score. */
function answerOf({ min, max, integer, reason }: Options): z.ZodType<Answer> {
  const score = integer ? wholeNumbers(Math.ceil(min), Math.floor(max)) : z.number().min(min).max(max)
  return reason ? z.strictObject({ reason: z.string(), score }) : z.strictObject({ score })
}

/** A model that is held to a grammar is held to a list, not to bounds. */
function wholeNumbers(min: number, max: number): z.ZodType<number> {
  if (max - min > longestList) return z.int().min(min).max(max)
  return z.literal(Array.from({ length: max - min + 1 }, (_, index) => min + index))
}

const longestList = 100

class TextScorer extends AskingOperator {
  readonly #options: Options
  readonly #schema: z.ZodType<Answer>

  /** @throws MAESTRO_AI_OPTIONS, MAESTRO_PROMPT_NOT_ALLOWED */
  constructor(given: ScorerOptions) {
    const { options: checked, serving } = checkOptions('Scorer', options, given)
    const schema = answerOf(checked)
    super({ serving, prompt: promptOf(checked), schema, ...askedWith(checked) }, columnsOf(checked))
    this.#options = checked
    this.#schema = schema
  }

  /** @throws MAESTRO_AI_EMPTY_INPUT, MAESTRO_PROMPT_*, MAESTRO_SERVING_* */
  protected override async answer(row: Row, context: OperatorContext): Promise<Row> {
    const { output } = this.#options
    const { score, reason } = await this.asker.data(this.#schema, row, context)
    return { [output]: score, ...(reason === undefined ? {} : { [`${output}_reason`]: reason }) }
  }
}

const prompts = promptsOf(ScorePrompt)

/**
 * Scores a text by a criterion.
 *
 * @example
 * await new Scorer({ serving, input: 'answer', criterion: 'How helpful is it?', min: 0, max: 10 }).run(storage)
 */
export const Scorer = promptRestrict(...prompts)(TextScorer)
export type Scorer = TextScorer

/**
 * `ai.score`: a number by a criterion.
 *
 * @remarks
 * Cost: One call a row; the reason is most of the answer.
 */
export const score = defineAskingOperator({
  name: 'ai.score',
  description: 'Scores a text by a criterion, with the reason',
  options,
  prompts,
  promptOf,
  columnsOf,
  create: (given) => new Scorer(given),
})

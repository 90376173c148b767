import {
  type Columns,
  column,
  defineOperator,
  fieldsOf,
  newColumn,
  type OperatorContext,
  type OutputOf,
  optionsSchema,
  promptOption,
  promptRestrict,
  type Refinement,
  type Row,
  unless,
  when,
  withDefault,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import { type Alone, checkOptions } from '../asking/alone.js'
import { AskingOperator } from '../asking/asking-operator.js'
import {
  AskingOptions,
  askedWith,
  PackingOptions,
  SharingOptions,
  TaskExamplesOptions,
  TaskWordsOptions,
  withServing,
} from '../asking/asking-options.js'
import { asksModel } from '../asking/asks-model.js'
import { promptsOf } from '../asking/prompt-options.js'
import { ScorePrompt, scoreCriterionOption } from './score.prompt.js'

const prompts = promptsOf(ScorePrompt)

const fields = fieldsOf(
  {
    /** The column of the text. */
    input: unless('prompt', column()),
    /** The criterion: a text, or the meaning of some scores: `{ 1: 'off the point', 5: 'answers everything' }`. */
    criterion: unless('prompt', scoreCriterionOption),
    /** The lowest score. @default 1 */
    min: z.number().default(1),
    /** The highest score. @default 5 */
    max: z.number().default(5),
    /** Whether scores are whole numbers. @default true */
    integer: withDefault(z.boolean(), true),
    /**
     * Whether to add the column `<output>_reason`. A model that states its reason gives better scores.
     *
     * @default true
     */
    reason: withDefault(z.boolean(), true),
    /** The column of the score. @default 'score' */
    output: newColumn('score'),
    /** A prompt that replaces the operator's own. It names its columns itself. */
    prompt: promptOption({ allowed: prompts }).optional(),
  },
  TaskWordsOptions,
  TaskExamplesOptions,
  AskingOptions,
  SharingOptions,
  PackingOptions,
)

type Options = OutputOf<typeof fields>

const refine: Refinement<Options> = ({ min, max, integer }, { addIssue }) => {
  if (integer ? Math.ceil(min) < Math.floor(max) : min < max) return
  addIssue({ code: 'custom', path: ['max'], message: 'it must be larger than `min`', input: max })
}

const schema = optionsSchema(fields, refine)

/** Options of `Scorer`: those of `ai.score`, with the model itself as `serving`. */
export type ScorerOptions = Alone<typeof fields>

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

/** The reason comes first, because a model that states its reason gives a better score. */
function answerOf({ min, max, integer, reason }: Options): z.ZodType<Answer> {
  const score = integer ? wholeNumbers(Math.ceil(min), Math.floor(max)) : z.number().min(min).max(max)
  return reason ? z.strictObject({ reason: z.string(), score }) : z.strictObject({ score })
}

/** A grammar can enforce a list of values, but not bounds. */
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
    const { options: checked, serving } = checkOptions('Scorer', schema, given)
    const answer = answerOf(checked)
    super({ serving, prompt: promptOf(checked), schema: answer, ...askedWith(checked) }, columnsOf(checked))
    this.#options = checked
    this.#schema = answer
  }

  /** @throws MAESTRO_AI_EMPTY_INPUT, MAESTRO_PROMPT_*, MAESTRO_SERVING_* */
  protected override async answer(row: Row, context: OperatorContext): Promise<Row> {
    const { output } = this.#options
    const { score, reason } = await this.asker.data(this.#schema, row, context)
    return { [output]: score, ...(reason === undefined ? {} : { [`${output}_reason`]: reason }) }
  }
}

/**
 * Scores a text by a criterion.
 *
 * @example
 * await new Scorer({ serving, input: 'answer', criterion: 'How helpful is it?', min: 0, max: 10 }).run(storage)
 */
export const Scorer = promptRestrict(...prompts)(TextScorer)
export type Scorer = TextScorer

/**
 * `ai.score`: scores a text by a criterion.
 *
 * @remarks
 * Cost: One call per row; the reason is most of the answer.
 */
export const score = defineOperator({
  name: 'ai.score',
  kind: 'map',
  description: 'Scores a text by a criterion and states the reason',
  options: fields,
  refine,
  adds: { '{output}': when('integer', 'integer', 'number'), '{output}_reason': when('reason', 'string') },
  ...asksModel,
  create: (given, [servings]) => new Scorer(withServing(given, servings)),
})

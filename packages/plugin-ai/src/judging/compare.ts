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
import { ComparePrompt } from './compare.prompt.js'
import type { Better, CompareSettings } from './component-types.js'

const options = z
  .strictObject({
    inputs: z
      .strictObject({ a: nameOption, b: nameOption })
      .refine(({ a, b }) => a !== b, { path: ['b'], message: 'another column than `a` is expected' }),
    criterion: nameOption.optional(),
    bothOrders: z.boolean().default(false),
    reason: z.boolean().default(true),
    output: nameOption.default('better'),
    examples: examplesOption,
    ...taskOptions,
  })
  .superRefine(asksOneThing(['criterion'], ['examples', 'instructions', 'language']))

type Options = z.output<typeof options>

/** Options of `Comparer`: those of `ai.compare`, with the model itself as `serving`. */
export type ComparerOptions = Alone<CompareSettings, 'criterion', WordsWithExamples> & {
  readonly inputs: { readonly a: string; readonly b: string }
}

const promptOf = ({ prompt, inputs, criterion = '', examples, instructions, language }: Options) =>
  prompt ?? new ComparePrompt({ inputs, criterion, examples, instructions, language })

const columnsOf = ({ output, reason }: Options): Columns => ({
  [output]: 'string',
  ...(reason ? { [`${output}_reason`]: 'string' as const } : {}),
})

interface Answer {
  readonly better: Better
  readonly reason?: string
}

const better = z.enum(['a', 'b', 'tie'])
const withReason: z.ZodType<Answer> = z.strictObject({ reason: z.string(), better })
const withoutReason: z.ZodType<Answer> = z.strictObject({ better })

const turned: Readonly<Record<Better, Better>> = { a: 'b', b: 'a', tie: 'tie' }

class TextComparer extends AskingOperator {
  readonly #options: Options
  readonly #schema: z.ZodType<Answer>

  /** @throws MAESTRO_AI_OPTIONS, MAESTRO_PROMPT_NOT_ALLOWED */
  constructor(given: ComparerOptions) {
    const { options: checked, serving } = checkOptions('Comparer', options, given)
    const schema = checked.reason ? withReason : withoutReason
    super({ serving, prompt: promptOf(checked), schema, ...askedWith(checked) }, columnsOf(checked))
    this.#options = checked
    this.#schema = schema
  }

  /** @throws MAESTRO_AI_EMPTY_INPUT, MAESTRO_PROMPT_*, MAESTRO_SERVING_* */
  protected override async answer(row: Row, context: OperatorContext): Promise<Row> {
    const { output, bothOrders } = this.#options
    const { better, reason } = await (bothOrders ? this.#inBothOrders(row, context) : this.#ask(row, context))
    return { [output]: better, ...(reason === undefined ? {} : { [`${output}_reason`]: reason }) }
  }

  /** A model that changes its mind with the order has seen no difference. */
  async #inBothOrders(row: Row, context: OperatorContext): Promise<Answer> {
    const { a, b } = this.#options.inputs
    const [first, second] = await Promise.all([
      this.#ask(row, context),
      this.#ask({ ...row, [a]: row[b], [b]: row[a] }, context),
    ])
    if (first.better === turned[second.better]) return first
    const reasons = first.reason === undefined ? {} : { reason: `${first.reason}\n(b before a:) ${second.reason}` }
    return { better: 'tie', ...reasons }
  }

  #ask(row: Row, context: OperatorContext): Promise<Answer> {
    return this.asker.data(this.#schema, row, context)
  }
}

const prompts = promptsOf(ComparePrompt)

/**
 * Says which of two texts is better.
 *
 * @example
 * await new Comparer({ serving, inputs: { a: 'old', b: 'new' }, criterion: 'Which is clearer?', bothOrders: true }).run(storage)
 */
export const Comparer = promptRestrict(...prompts)(TextComparer)
export type Comparer = TextComparer

/**
 * `ai.compare`: which of two texts is better.
 *
 * @remarks
 * Cost: One call a row, two with `bothOrders`.
 */
export const compare = defineAskingOperator({
  name: 'ai.compare',
  description: 'Says which of two texts is better, or that neither is',
  options,
  prompts,
  promptOf,
  columnsOf,
  create: (given) => new Comparer(given),
})

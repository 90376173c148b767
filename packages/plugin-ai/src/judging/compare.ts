import {
  type Columns,
  column,
  defineOperator,
  fieldsOf,
  flag,
  newColumn,
  type OperatorContext,
  type OutputOf,
  objectOption,
  optionsSchema,
  promptOption,
  promptRestrict,
  type Refinement,
  type Row,
  typed,
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
  nameOption,
  PackingOptions,
  SharingOptions,
  TaskExamplesOptions,
  TaskWordsOptions,
  withServing,
} from '../asking/asking-options.js'
import { asksModel } from '../asking/asks-model.js'
import { promptsOf } from '../asking/prompt-options.js'
import { ComparePrompt } from './compare.prompt.js'

/** The name of the better text. */
export type Better = 'a' | 'b' | 'tie'

const prompts = promptsOf(ComparePrompt)

/** The columns of the texts to compare. */
class ComparedColumns {
  /** The column of the text that the answer calls `a`. */
  a = column()
  /** The column of the text that the answer calls `b`. */
  b = column()
}

const fields = fieldsOf(
  {
    /** The columns of the two texts: `{ a: 'old', b: 'new' }`. */
    inputs: objectOption(ComparedColumns),
    /** What makes one text better than the other. */
    criterion: unless('prompt', nameOption),
    /** Whether to ask twice, the second time with the texts swapped. Answers that differ are a tie. @default false */
    bothOrders: flag(),
    /** Whether to add the column `<output>_reason`. @default true */
    reason: withDefault(z.boolean(), true),
    /** The column of the answer: `a`, `b`, or `tie`. @default 'better' */
    output: newColumn('better'),
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

const refine: Refinement<Options> = ({ inputs: { a, b } }, { addIssue }) => {
  if (a !== b) return
  addIssue({ code: 'custom', path: ['inputs', 'b'], message: 'a column other than `a` is expected', input: b })
}

const schema = optionsSchema(fields, refine)

/** Options of `Comparer`: those of `ai.compare`, with the model itself as `serving`. */
export type ComparerOptions = Alone<typeof fields>

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
    const { options: checked, serving } = checkOptions('Comparer', schema, given)
    const answer = checked.reason ? withReason : withoutReason
    super({ serving, prompt: promptOf(checked), schema: answer, ...askedWith(checked) }, columnsOf(checked))
    this.#options = checked
    this.#schema = answer
  }

  /** @throws MAESTRO_AI_EMPTY_INPUT, MAESTRO_PROMPT_*, MAESTRO_SERVING_* */
  protected override async answer(row: Row, context: OperatorContext): Promise<Row> {
    const { output, bothOrders } = this.#options
    const { better, reason } = await (bothOrders ? this.#inBothOrders(row, context) : this.#ask(row, context))
    return { [output]: better, ...(reason === undefined ? {} : { [`${output}_reason`]: reason }) }
  }

  /** If the answer changes with the order, the model did not see a difference. */
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

/**
 * Compares two texts and says which one is better.
 *
 * @example
 * await new Comparer({ serving, inputs: { a: 'old', b: 'new' }, criterion: 'Which is clearer?', bothOrders: true }).run(storage)
 */
export const Comparer = promptRestrict(...prompts)(TextComparer)
export type Comparer = TextComparer

/**
 * `ai.compare`: compares two texts.
 *
 * @remarks
 * Cost: One call per row; two with `bothOrders`.
 */
export const compare = defineOperator({
  name: 'ai.compare',
  kind: 'map',
  description: 'Compares two texts and says which one is better, or that neither is',
  options: fields,
  refine,
  adds: { '{output}': typed<Better>('string'), '{output}_reason': when('reason', 'string') },
  ...asksModel,
  create: (given, [servings]) => new Comparer(withServing(given, servings)),
})

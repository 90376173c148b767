import {
  type ColumnEffects,
  type Columns,
  column,
  defineOperator,
  FlatMapOperator,
  fieldsOf,
  type OperatorContext,
  type OutputOf,
  objectOption,
  optionsSchema,
  type Prompt,
  promptOption,
  promptRestrict,
  type Row,
  type RowFunction,
  rowFunction,
  type With,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import { type Alone, checkOptions } from '../asking/alone.js'
import { Asker } from '../asking/asker.js'
import {
  AskingOptions,
  askedWith,
  nameOption,
  SharingOptions,
  TaskExamplesOptions,
  TaskWordsOptions,
  withServing,
} from '../asking/asking-options.js'
import { asksModel } from '../asking/asks-model.js'
import { columnText } from '../asking/column-text.js'
import { promptsOf } from '../asking/prompt-options.js'
import { aiError } from '../errors.js'
import { findSpan } from '../text/find-span.js'
import { QaPairsPrompt } from './qa-pairs.prompt.js'

const prompts = promptsOf(QaPairsPrompt)

/** The columns of a pair. */
class PairColumns {
  /** The column of the question. @default 'question' */
  question = nameOption.default('question')
  /** The column of the answer. @default 'answer' */
  answer = nameOption.default('answer')
  /**
   * The column of the evidence, a part of the text, from `<evidence>_start` to `<evidence>_end`. A pair whose evidence
   * does not occur in the text is dropped.
   *
   * @default 'evidence'
   */
  evidence = nameOption.default('evidence')
}

const fields = fieldsOf(
  {
    /** The column of the text. */
    input: column(),
    /** The maximum number of pairs for each text. @default 3 */
    pairs: z.number().int().positive().default(3),
    /**
     * The columns of the pair: `{ question, answer, evidence }`. The evidence is a part of the text, from
     * `<evidence>_start` to `<evidence>_end`; a pair whose evidence does not occur in the text is dropped.
     *
     * @default columns of these names
     */
    outputs: objectOption(PairColumns).prefault({}),
    /** A prompt that replaces the operator's own. It names its columns itself. */
    prompt: promptOption({ allowed: prompts }).optional(),
  },
  TaskWordsOptions,
  TaskExamplesOptions,
  AskingOptions,
  SharingOptions,
)

type Options = OutputOf<typeof fields>

const schema = optionsSchema(fields)

/** Options of `QaPairGenerator`: those of `ai.qa-pairs`, with the model itself as `serving`. */
export type QaPairGeneratorOptions = Alone<typeof fields>

const promptOf = ({ prompt, input, pairs, examples, language, instructions }: Options): Prompt =>
  prompt ?? new QaPairsPrompt({ input, pairs, examples, language, instructions })

const columnsOf = ({ outputs: { question, answer, evidence } }: Options): Columns => ({
  [question]: 'string',
  [answer]: 'string',
  [evidence]: 'string',
  [`${evidence}_start`]: 'integer',
  [`${evidence}_end`]: 'integer',
})

/** The evidence comes first, so that the model asks about a sentence that occurs in the text. */
const answers = z.strictObject({
  pairs: z.array(z.strictObject({ evidence: z.string(), question: z.string(), answer: z.string() })).min(1),
})

class PairGenerator extends FlatMapOperator {
  readonly #options: Options
  readonly #asker: Asker

  /** @throws MAESTRO_AI_OPTIONS, MAESTRO_PROMPT_NOT_ALLOWED */
  constructor(given: QaPairGeneratorOptions) {
    super()
    const { options: checked, serving } = checkOptions('QaPairGenerator', schema, given)
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

  /**
   * @throws MAESTRO_AI_EVIDENCE if no pair has evidence in the text, MAESTRO_AI_EMPTY_INPUT, MAESTRO_PROMPT_*,
   * MAESTRO_SERVING_*
   */
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

/**
 * Generates question-answer pairs from a text. The evidence of each pair occurs in the text.
 *
 * @example
 * await new QaPairGenerator({ serving, input: 'text', pairs: 5 }).run(storage)
 */
export const QaPairGenerator = promptRestrict(...prompts)(PairGenerator)
export type QaPairGenerator = PairGenerator

/** The row with the columns of a pair. */
export interface QaPairRow extends RowFunction {
  readonly row: With<
    this['before'],
    Pair<Named<this['options'], 'question'>, Named<this['options'], 'answer'>, Named<this['options'], 'evidence'>>
  >
}
type Pair<Question extends string, Answer extends string, Evidence extends string> = Record<
  Question | Answer | Evidence,
  string
> &
  Record<`${Evidence}_${'start' | 'end'}`, number>
type Named<Options, Role extends string> = Options extends {
  readonly outputs: { readonly [K in Role]: infer Name extends string }
}
  ? Name
  : Role

/**
 * `ai.qa-pairs`: generates question-answer pairs from a text.
 *
 * @remarks
 * Cost: One call per row, which includes the whole text.
 */
export const qaPairs = defineOperator({
  name: 'ai.qa-pairs',
  kind: 'flatMap',
  description: 'Generates question-answer pairs from a text, one row for each, with the evidence in the text',
  options: fields,
  adds: columnsOf,
  row: rowFunction<QaPairRow>(),
  ...asksModel,
  create: (given, [servings]) => new QaPairGenerator(withServing(given, servings)),
})

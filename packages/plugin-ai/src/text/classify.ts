import {
  type Columns,
  checkOf,
  type OperatorContext,
  promptRestrict,
  type Row,
  toJsonSchema,
} from '@maestro-dataflow/core'
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
import { ClassifyPrompt, labelNames, labelsOption } from './classify.prompt.js'
import type { ClassifySettings } from './component-types.js'
import { labelConfidence } from './label-confidence.js'

const options = z
  .strictObject({
    input: nameOption.optional(),
    labels: labelsOption,
    multi: z.boolean().default(false),
    confidence: z.union([z.boolean(), z.literal('asked')]).default(false),
    output: nameOption.optional(),
    examples: examplesOption,
    ...taskOptions,
  })
  .superRefine(asksOneThing(['input'], ['examples', 'instructions', 'language']))

type Options = z.output<typeof options>

/** Options of `Classifier`: those of `ai.classify`, with the model itself as `serving`. */
export type ClassifierOptions = Alone<ClassifySettings, 'input', WordsWithExamples>

const promptOf = ({ prompt, input = '', labels, multi, examples, instructions, language }: Options) =>
  prompt ?? new ClassifyPrompt({ input, labels, multi, examples, instructions, language })

const outputOf = ({ output, multi }: Options) => output ?? (multi ? 'labels' : 'label')

function columnsOf(given: Options): Columns {
  const output = outputOf(given)
  const labels = { [output]: given.multi ? 'json' : 'string' } as const
  return given.confidence === false ? labels : { ...labels, [`${output}_confidence`]: given.multi ? 'json' : 'number' }
}

/** What an answer says, whatever its form. */
interface Chosen {
  readonly labels: readonly string[]
  /** As the model names it. */
  readonly confidences: readonly number[]
}

interface Entry {
  readonly label: string
  /** Missing where it is not asked for. */
  readonly confidence?: number
}

/** What a model answers: one label, or several. */
type Answer = Entry | { readonly labels: readonly (Entry | string)[] }

/** The form of the answers, by the options. */
function answersOf({ labels, multi, confidence }: Options): z.ZodType<Answer> {
  const label = z.enum(labelNames(labels))
  if (confidence === false) return multi ? z.strictObject({ labels: z.array(label) }) : z.strictObject({ label })
  const entry = z.strictObject({ label, confidence: z.number().min(0).max(1) })
  return multi ? z.strictObject({ labels: z.array(entry) }) : entry
}

/** A label that a model names twice is one. */
function toChosen(answer: Answer): Chosen {
  const entries = 'labels' in answer ? answer.labels : [answer]
  const chosen = new Map(
    entries.map((entry) => (typeof entry === 'string' ? [entry, undefined] : [entry.label, entry.confidence])),
  )
  return { labels: [...chosen.keys()], confidences: [...chosen.values()].filter((value) => value !== undefined) }
}

class TextClassifier extends AskingOperator {
  readonly #options: Options
  readonly #schema: z.ZodType<Answer>

  /** @throws MAESTRO_AI_OPTIONS, MAESTRO_PROMPT_NOT_ALLOWED */
  constructor(given: ClassifierOptions) {
    const { options: checked, serving } = checkOptions('Classifier', options, given)
    const schema = answersOf(checked)
    super({ serving, prompt: promptOf(checked), schema, ...askedWith(checked) }, columnsOf(checked))
    this.#options = checked
    this.#schema = schema
  }

  /** @throws MAESTRO_AI_EMPTY_INPUT, MAESTRO_PROMPT_*, MAESTRO_SERVING_* */
  protected override async answer(row: Row, context: OperatorContext): Promise<Row> {
    const output = outputOf(this.#options)
    const { multi, confidence } = this.#options
    const { labels, confidences } = await this.#choose(row, context)
    const one = <Value>(values: readonly Value[]) => (multi ? values : values[0])
    return {
      [output]: one(labels),
      ...(confidence === false ? {} : { [`${output}_confidence`]: one(confidences) }),
    }
  }

  async #choose(row: Row, context: OperatorContext): Promise<Chosen> {
    if (this.#options.confidence !== true) return toChosen(await this.asker.data(this.#schema, row, context))
    const { object, logprobs } = await this.asker.serving.generate(
      { ...this.asker.request(row, context), schema: toJsonSchema(this.#schema), logprobs: 0 },
      { ...this.asker.callOptions(row, context), check: checkOf(this.#schema) },
    )
    // The check has made it.
    const chosen = toChosen(object as Answer)
    return { ...chosen, confidences: (logprobs && labelConfidence(logprobs, chosen.labels)) ?? chosen.confidences }
  }
}

const prompts = promptsOf(ClassifyPrompt)

/**
 * Gives each text one label of a closed set, or as many as fit. An answer outside of the set never gets into a row.
 *
 * @example
 * await new Classifier({ serving, input: 'text', labels: ['praise', 'complaint'] }).run(storage)
 */
export const Classifier = promptRestrict(...prompts)(TextClassifier)
export type Classifier = TextClassifier

/**
 * `ai.classify`: labels of a closed set.
 *
 * @remarks
 * Cost: One call a row; its labels and their meanings are told in each.
 */
export const classify = defineAskingOperator({
  name: 'ai.classify',
  description: 'Gives a text one label of a closed set, or all that fit',
  options,
  prompts,
  promptOf,
  columnsOf,
  create: (given) => new Classifier(given),
})

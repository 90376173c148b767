import {
  type Columns,
  checkOf,
  column,
  defineOperator,
  fieldsOf,
  flag,
  type OperatorContext,
  type OutputOf,
  optionsSchema,
  promptOption,
  promptRestrict,
  type Row,
  type RowFunction,
  rowFunction,
  toJsonSchema,
  unless,
  type With,
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
import type { OutputName } from '../asking/output-name.js'
import { promptsOf } from '../asking/prompt-options.js'
import { ClassifyPrompt, labelNames, labelsOption } from './classify.prompt.js'
import { labelConfidence } from './label-confidence.js'
import type { LabelOf } from './labels.js'

const prompts = promptsOf(ClassifyPrompt)

const fields = fieldsOf(
  {
    /** The column of the text. */
    input: unless('prompt', column()),
    /**
     * The closed set of labels, at least two: `['good', 'bad']`, or with meanings, `{ good: 'praises the shop', bad: ''
     * }`.
     */
    labels: labelsOption,
    /** Whether a text may have several labels, or none. The column then holds a list. @default false */
    multi: flag(),
    /**
     * Whether to add the column `<output>_confidence`, from 0 to 1; with `multi`, a list in the order of the labels. It
     * contains the probability of the label's tokens if the serving reports it, and otherwise a number that the model
     * states. `'asked'` always takes the stated number, for models that refuse to report probabilities.
     *
     * @default false
     */
    confidence: z.union([z.boolean(), z.literal('asked')]).default(false),
    /** The column of the label, or of the labels. @default 'label', with `multi` 'labels' */
    output: nameOption.optional(),
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

const schema = optionsSchema(fields)

/** Options of `Classifier`: those of `ai.classify`, with the model itself as `serving`. */
export type ClassifierOptions = Alone<typeof fields>

const promptOf = ({ prompt, input = '', labels, multi, examples, instructions, language }: Options) =>
  prompt ?? new ClassifyPrompt({ input, labels, multi, examples, instructions, language })

const outputOf = ({ output, multi }: Options) => output ?? (multi ? 'labels' : 'label')

function columnsOf(given: Options): Columns {
  const output = outputOf(given)
  const labels = { [output]: given.multi ? 'json' : 'string' } as const
  return given.confidence === false ? labels : { ...labels, [`${output}_confidence`]: given.multi ? 'json' : 'number' }
}

/** The labels of an answer, independent of its form. */
interface Chosen {
  readonly labels: readonly string[]
  /** The label as the model wrote it. */
  readonly confidences: readonly number[]
}

interface Entry {
  readonly label: string
  /** The stated confidence; missing if it was not requested. */
  readonly confidence?: number
}

/** The answer of a model: one label or several. */
type Answer = Entry | { readonly labels: readonly (Entry | string)[] }

/** The schema of the answers, which depends on the options. */
function answersOf({ labels, multi, confidence }: Options): z.ZodType<Answer> {
  const label = z.enum(labelNames(labels))
  if (confidence === false) return multi ? z.strictObject({ labels: z.array(label) }) : z.strictObject({ label })
  const entry = z.strictObject({ label, confidence: z.number().min(0).max(1) })
  return multi ? z.strictObject({ labels: z.array(entry) }) : entry
}

/** A label that a model names twice counts once. */
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
    const { options: checked, serving } = checkOptions('Classifier', schema, given)
    const answers = answersOf(checked)
    super({ serving, prompt: promptOf(checked), schema: answers, ...askedWith(checked) }, columnsOf(checked))
    this.#options = checked
    this.#schema = answers
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
    // The check created this value.
    const chosen = toChosen(object as Answer)
    return { ...chosen, confidences: (logprobs && labelConfidence(logprobs, chosen.labels)) ?? chosen.confidences }
  }
}

/**
 * Assigns one label of a closed set to each text, or all labels that fit. An answer outside the set never enters a row.
 *
 * @example
 * await new Classifier({ serving, input: 'text', labels: ['praise', 'complaint'] }).run(storage)
 */
export const Classifier = promptRestrict(...prompts)(TextClassifier)
export type Classifier = TextClassifier

/** The row with its label or labels. The name of the column depends on `multi`. */
export interface ClassifiedRow extends RowFunction {
  readonly row: this['options'] extends { readonly labels: infer Labels }
    ? this['options'] extends { readonly multi: true }
      ? Labelled<this['before'], this['options'], 'labels', readonly LabelOf<Labels>[], readonly number[]>
      : Labelled<this['before'], this['options'], 'label', LabelOf<Labels>, number>
    : this['before']
}
type Labelled<Row, Options, Default extends string, Label, Confidence> = With<
  Row,
  Record<OutputName<Options, Default>, Label> &
    (Options extends { readonly confidence: true | 'asked' }
      ? Record<`${OutputName<Options, Default>}_confidence`, Confidence>
      : unknown)
>

/**
 * `ai.classify`: assigns labels of a closed set.
 *
 * @remarks
 * Cost: One call per row, which includes the labels and their meanings.
 */
export const classify = defineOperator({
  name: 'ai.classify',
  kind: 'map',
  description: 'Assigns one label of a closed set to a text, or all labels that fit',
  options: fields,
  adds: columnsOf,
  row: rowFunction<ClassifiedRow>(),
  ...asksModel,
  create: (given, [servings]) => new Classifier(withServing(given, servings)),
})

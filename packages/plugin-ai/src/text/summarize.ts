import {
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
} from '@maestro-dataflow/core'
import { z } from 'zod'
import { type Alone, checkOptions } from '../asking/alone.js'
import { AskingOperator } from '../asking/asking-operator.js'
import {
  AskingOptions,
  askedWith,
  CutOffOptions,
  PackingOptions,
  SharingOptions,
  TaskWordsOptions,
  withServing,
} from '../asking/asking-options.js'
import { asksModel } from '../asking/asks-model.js'
import { columnText } from '../asking/column-text.js'
import { promptsOf } from '../asking/prompt-options.js'
import { measureOf } from '../documents/measure.js'
import { splitText } from '../documents/split-text.js'
import { aiError } from '../errors.js'
import { SummarizePrompt } from './summarize.prompt.js'

const prompts = promptsOf(SummarizePrompt)

const fields = fieldsOf(
  {
    /** The column of the text. */
    input: unless('prompt', column()),
    /** The maximum length of the summary that the prompt requests, in words; in Chinese, in characters. @default 100 */
    maxWords: unless('prompt', z.number().int().positive().optional()),
    /**
     * The number of tokens, estimated from the script, that one call asks about. A longer text is summarized in parts.
     *
     * @default half of the model's context, at most 3000
     */
    chunkTokens: z.number().int().positive().optional(),
    /** The column of the summary. @default 'summary' */
    output: newColumn('summary'),
    /** A prompt that replaces the operator's own. It names exactly one column, which holds the text. */
    prompt: promptOption({ allowed: prompts }).optional(),
  },
  TaskWordsOptions,
  CutOffOptions,
  AskingOptions,
  SharingOptions,
  PackingOptions,
)

type Options = OutputOf<typeof fields>

const refine: Refinement<Options> = ({ prompt }, { addIssue }) => {
  if (prompt === undefined || prompt.variables.length === 1) return
  const message = 'exactly one column is expected, which holds the text'
  addIssue({ code: 'custom', path: ['prompt'], message, input: prompt })
}

const schema = optionsSchema(fields, refine)

/** Options of `Summarizer`: those of `ai.summarize`, with the model itself as `serving`. */
export type SummarizerOptions = Alone<typeof fields>

const promptOf = ({ prompt, input = '', maxWords, instructions, language }: Options) =>
  prompt ?? new SummarizePrompt({ input, maxWords, instructions, language })

/** The default for a model that does not report its context size. */
const defaultChunkTokens = 3000

class TextSummarizer extends AskingOperator {
  readonly #options: Options
  readonly #input: string
  readonly #chunkTokens: number

  /** @throws MAESTRO_AI_OPTIONS, MAESTRO_PROMPT_NOT_ALLOWED */
  constructor(given: SummarizerOptions) {
    const { options: checked, serving } = checkOptions('Summarizer', schema, given)
    const prompt = promptOf(checked)
    super({ serving, prompt, ...askedWith(checked) }, { [checked.output]: 'string' })
    this.#options = checked
    this.#input = prompt.variables[0] ?? ''
    const { contextTokens } = serving.capabilities
    // The other half leaves room for the task, the answer, and errors of the estimate.
    const fitting = contextTokens === undefined ? defaultChunkTokens : Math.max(1, Math.floor(contextTokens / 2))
    this.#chunkTokens = checked.chunkTokens ?? Math.min(defaultChunkTokens, fitting)
  }

  /**
   * @throws MAESTRO_AI_SUMMARY_GREW, MAESTRO_AI_EMPTY_INPUT, MAESTRO_AI_EMPTY_ANSWER, MAESTRO_PROMPT_*,
   * MAESTRO_SERVING_*
   */
  protected override async answer(row: Row, context: OperatorContext): Promise<Row> {
    return { [this.#options.output]: await this.#summarize(columnText(row, this.#input), context) }
  }

  /** Summarizes a text that is too long in parts, and then summarizes the summaries. */
  async #summarize(text: string, context: OperatorContext): Promise<string> {
    const ask = (part: string) => this.asker.text({ [this.#input]: part }, context, this.#options.onCutOff)
    const tokens = measureOf(text, 'tokens').size(0, text.length)
    if (tokens <= this.#chunkTokens) return ask(text)
    const parts = splitText(text, { method: 'recursive', size: this.#chunkTokens, overlap: 0, unit: 'tokens' })
    const summaries = await Promise.all(parts.map(({ start, end }) => ask(text.slice(start, end))))
    const together = summaries.join('\n\n')
    // Otherwise the recursion would not end.
    if (together.length >= text.length)
      throw aiError('MAESTRO_AI_SUMMARY_GREW', { serving: this.asker.serving.name, parts: parts.length })
    return this.#summarize(together, context)
  }
}

/**
 * Summarizes a text of any length.
 *
 * @example
 * await new Summarizer({ serving, input: 'text', maxWords: 50 }).run(storage)
 */
export const Summarizer = promptRestrict(...prompts)(TextSummarizer)
export type Summarizer = TextSummarizer

/**
 * `ai.summarize`: summarizes a text.
 *
 * @remarks Cost: One call per row for a text that fits into one; otherwise one call for each `chunkTokens` of text, and
 * one for the summaries.
 */
export const summarize = defineOperator({
  name: 'ai.summarize',
  kind: 'map',
  description: 'Summarizes a text of any length; a long text is summarized in parts',
  options: fields,
  refine,
  adds: { '{output}': 'string' },
  ...asksModel,
  create: (given, [servings]) => new Summarizer(withServing(given, servings)),
})

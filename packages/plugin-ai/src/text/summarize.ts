import { type OperatorContext, promptRestrict, type Row } from '@maestro-dataflow/core'
import { z } from 'zod'
import { AskingOperator } from '../asking/asking-operator.js'
import {
  askedWith,
  asksOneThing,
  checkOptions,
  cutOffOption,
  nameOption,
  taskOptions,
} from '../asking/asking-options.js'
import { columnText } from '../asking/column-text.js'
import type { Alone, Words } from '../asking/component-types.js'
import { defineAskingOperator } from '../asking/define-asking-operator.js'
import { promptsOf } from '../asking/prompt-options.js'
import { measureOf } from '../documents/measure.js'
import { splitText } from '../documents/split-text.js'
import { aiError } from '../errors.js'
import type { SummarizeSettings } from './component-types.js'
import { SummarizePrompt } from './summarize.prompt.js'

const options = z
  .strictObject({
    input: nameOption.optional(),
    maxWords: z.number().int().positive().optional(),
    chunkTokens: z.number().int().positive().optional(),
    output: nameOption.default('summary'),
    onCutOff: cutOffOption,
    ...taskOptions,
  })
  .superRefine(asksOneThing(['input'], ['maxWords', 'instructions', 'language']))
  .refine(({ prompt }) => prompt === undefined || prompt.variables.length === 1, {
    path: ['prompt'],
    message: 'one column is expected, the text: a long one is asked about in parts',
  })

type Options = z.output<typeof options>

/** Options of `Summarizer`: those of `ai.summarize`, with the model itself as `serving`. */
export type SummarizerOptions = Alone<SummarizeSettings, 'input', Words & { readonly maxWords?: number }>

const promptOf = ({ prompt, input = '', maxWords, instructions, language }: Options) =>
  prompt ?? new SummarizePrompt({ input, maxWords, instructions, language })

const columnsOf = ({ output }: Options) => ({ [output]: 'string' }) as const

/** Where the model does not say how much it reads. */
const defaultChunkTokens = 3000

class TextSummarizer extends AskingOperator {
  readonly #options: Options
  readonly #input: string
  readonly #chunkTokens: number

  /** @throws MAESTRO_AI_OPTIONS, MAESTRO_PROMPT_NOT_ALLOWED */
  constructor(given: SummarizerOptions) {
    const { options: checked, serving } = checkOptions('Summarizer', options, given)
    const prompt = promptOf(checked)
    super({ serving, prompt, ...askedWith(checked) }, columnsOf(checked))
    this.#options = checked
    this.#input = prompt.variables[0] ?? ''
    const { contextTokens } = serving.capabilities
    // The other half is for the task, the answer, and an estimate that is not exact.
    const fitting = contextTokens === undefined ? defaultChunkTokens : Math.max(1, Math.floor(contextTokens / 2))
    this.#chunkTokens = checked.chunkTokens ?? Math.min(defaultChunkTokens, fitting)
  }

  /** @throws MAESTRO_AI_SUMMARY_GREW, MAESTRO_AI_EMPTY_INPUT, MAESTRO_AI_EMPTY_ANSWER, MAESTRO_PROMPT_*, MAESTRO_SERVING_* */
  protected override async answer(row: Row, context: OperatorContext): Promise<Row> {
    return { [this.#options.output]: await this.#summarize(columnText(row, this.#input), context) }
  }

  /** A text that is too long is summed up in parts, and then what the parts became. */
  async #summarize(text: string, context: OperatorContext): Promise<string> {
    const ask = (part: string) => this.asker.text({ [this.#input]: part }, context, this.#options.onCutOff)
    const tokens = measureOf(text, 'tokens').size(0, text.length)
    if (tokens <= this.#chunkTokens) return ask(text)
    const parts = splitText(text, { method: 'recursive', size: this.#chunkTokens, overlap: 0, unit: 'tokens' })
    const summaries = await Promise.all(parts.map(({ start, end }) => ask(text.slice(start, end))))
    const together = summaries.join('\n\n')
    // Else it would never come to an end.
    if (together.length >= text.length)
      throw aiError('MAESTRO_AI_SUMMARY_GREW', { serving: this.asker.serving.name, parts: parts.length })
    return this.#summarize(together, context)
  }
}

const prompts = promptsOf(SummarizePrompt)

/**
 * Sums up a text of any length.
 *
 * @example
 * await new Summarizer({ serving, input: 'text', maxWords: 50 }).run(storage)
 */
export const Summarizer = promptRestrict(...prompts)(TextSummarizer)
export type Summarizer = TextSummarizer

/**
 * `ai.summarize`: the summary of a text.
 *
 * @remarks
 * Cost: One call a row for what fits into one; else one for each `chunkTokens` of text, and one for the summaries.
 */
export const summarize = defineAskingOperator({
  name: 'ai.summarize',
  description: 'Sums up a text of any length, a long one in parts',
  options,
  prompts,
  promptOf,
  columnsOf,
  create: (given) => new Summarizer(given),
})

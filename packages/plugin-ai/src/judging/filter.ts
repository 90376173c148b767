import {
  type ColumnEffects,
  defineOperator,
  FilterOperator,
  type LLMServing,
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
import type { Alone, WordsWithExamples } from '../asking/component-types.js'
import { promptsOf } from '../asking/prompt-options.js'
import { aiError } from '../errors.js'
import type { JudgeSettings, ThresholdSettings } from './component-types.js'
import { FilterPrompt } from './filter.prompt.js'

const threshold = z
  .strictObject({ score: nameOption, min: z.number().optional(), max: z.number().optional() })
  .refine(({ min, max }) => min !== undefined || max !== undefined, {
    path: ['min'],
    message: 'a threshold is expected: `min`, `max` or both',
  })

const judge = z
  .strictObject({
    input: nameOption.optional(),
    criterion: nameOption.optional(),
    examples: examplesOption,
    ...taskOptions,
  })
  .superRefine(asksOneThing(['input', 'criterion'], ['examples', 'instructions', 'language']))

type Threshold = z.output<typeof threshold>
type Judge = z.output<typeof judge>

/** Options of `TextFilter`: those of `ai.filter`, with the model itself as `serving`. */
export type TextFilterOptions =
  | ThresholdSettings
  | Alone<JudgeSettings, 'input', WordsWithExamples & { readonly criterion?: string }>

const promptOf = ({ prompt, input = '', criterion = '', examples, instructions, language }: Judge): Prompt =>
  prompt ?? new FilterPrompt({ input, criterion, examples, instructions, language })

const verdict = z.strictObject({ holds: z.boolean() })
const prompts = promptsOf(FilterPrompt)

class RowFilter extends FilterOperator {
  readonly #reads: readonly string[]
  readonly #keep: (row: Row, context: OperatorContext) => Promise<boolean>

  /** @throws MAESTRO_AI_OPTIONS, MAESTRO_PROMPT_NOT_ALLOWED */
  constructor(given: TextFilterOptions) {
    super()
    if ('score' in given) {
      // A threshold asks nobody.
      const { options } = checkOptions('TextFilter', threshold, { ...given, serving: null })
      this.#reads = [options.score]
      this.#keep = async (row) => isWithin(row, options)
      return
    }
    const { options, serving } = checkOptions<Judge, LLMServing>('TextFilter', judge, given)
    const prompt = promptOf(options)
    this.validatePrompts([prompt])
    const asker = new Asker({ serving, prompt, schema: verdict, ...askedWith(options) })
    this.#reads = prompt.variables
    this.#keep = async (row, context) => (await asker.data(verdict, row, context)).holds
  }

  override get columns(): ColumnEffects {
    return { reads: this.#reads }
  }

  /** @throws MAESTRO_AI_SCORE, MAESTRO_AI_EMPTY_INPUT, MAESTRO_PROMPT_*, MAESTRO_SERVING_*: the row is rejected, not dropped */
  keep(row: Row, context: OperatorContext): Promise<boolean> {
    return this.#keep(row, context)
  }
}

/** @throws MAESTRO_AI_SCORE: what has no score has not been judged */
function isWithin(
  row: Row,
  { score: column, min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY }: Threshold,
): boolean {
  const score = row[column]
  if (typeof score !== 'number' || Number.isNaN(score))
    throw aiError('MAESTRO_AI_SCORE', { column, found: String(score) })
  return score >= min && score <= max
}

/**
 * Keeps the rows whose score lies within a threshold, or for which a model says that a criterion holds.
 *
 * @example
 * await new TextFilter({ serving, input: 'text', criterion: 'It is about food.' }).run(storage)
 */
export const TextFilter = promptRestrict(...prompts)(RowFilter)
export type TextFilter = RowFilter

/**
 * `ai.filter`: keeps rows by a score that is there already, or by a model's yes or no.
 *
 * @remarks
 * Cost: None by a score that is there already; one call a row with a criterion.
 */
export const filter = defineOperator({
  name: 'ai.filter',
  kind: 'filter',
  description: 'Keeps rows by a threshold over a score, or by a yes or no of a model',
  options: z.union([threshold, judge]),
  columns: (given) => ({ reads: 'score' in given ? [given.score] : promptOf(given).variables }),
  deterministic: false,
  prompts: { option: 'prompt', allowed: prompts },
  servings: (given) =>
    'score' in given ? [] : [{ kind: 'llm', name: given.serving, capabilities: given.prompt?.needs ?? [] }],
  inject: [SERVINGS],
  create: (given, [servings]) => {
    if ('score' in given) return new TextFilter({ ...given })
    const { serving, ...options } = given
    return new TextFilter({ ...options, serving: servings.get(serving, 'llm') })
  },
})

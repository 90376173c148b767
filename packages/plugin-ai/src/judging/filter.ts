import {
  type ColumnEffects,
  column,
  defineOperator,
  type FilterContext,
  FilterOperator,
  fieldsOf,
  type LLMServing,
  type OutputOf,
  optionsSchema,
  type Prompt,
  promptOption,
  promptRestrict,
  type Refinement,
  type Row,
  servingOption,
  unless,
  unlessEach,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import { type Alone, parseOptions } from '../asking/alone.js'
import { Asker } from '../asking/asker.js'
import {
  askedWith,
  examplesOption,
  languageOption,
  nameOption,
  PackingOptions,
  SamplingOptions,
  SharingOptions,
  withServing,
} from '../asking/asking-options.js'
import { asksModel } from '../asking/asks-model.js'
import { promptsOf } from '../asking/prompt-options.js'
import { aiError } from '../errors.js'
import { FilterPrompt } from './filter.prompt.js'

const prompts = promptsOf(FilterPrompt)

/** The options of a question to a model, which cannot be given together with a threshold. */
const judge = ['input', 'criterion', 'prompt'] as const
/** The options that a prompt of the user replaces. */
const otherwise = ['score', 'prompt'] as const

const fields = fieldsOf(
  {
    /** The column of a score. Rows whose score lies within the threshold are kept, and no model is asked. */
    score: unless(judge, column('number').optional()),
    /** The lowest score that is kept. */
    min: unless(judge, z.number().optional()),
    /** The highest score that is kept. */
    max: unless(judge, z.number().optional()),
    /** The column of the text that a model judges. */
    input: unless(otherwise, column()),
    /** The criterion that must hold for a row to be kept. */
    criterion: unless(otherwise, nameOption),
    /** A prompt that replaces the operator's own. It names its columns itself. */
    prompt: unless('score', promptOption({ allowed: prompts }).optional()),
    /** The language of the operator's own prompt. The rows may be in any language. @default 'en' */
    language: unless(otherwise, languageOption),
    /** Guidance for the model in addition to the operator's own prompt. */
    instructions: unless(otherwise, z.string().min(1).optional()),
    /** Texts with the expected answers, `true` or `false`. The model sees them before the question. */
    examples: unless(otherwise, examplesOption),
    /** The name of the language model in the config. @default 'default' */
    serving: servingOption().default('default'),
  },
  unlessEach('score', SamplingOptions),
  unlessEach('score', SharingOptions),
  unlessEach('score', PackingOptions),
)

type Options = OutputOf<typeof fields>

const refine: Refinement<Options> = (given, { addIssue }) => {
  const add = (path: string, message: string) => addIssue({ code: 'custom', path: [path], message, input: given })
  const { score, min, max } = given
  if (score === undefined) {
    for (const name of ['min', 'max'] as const) if (given[name] !== undefined) add(name, 'it requires `score`')
    return
  }
  if (min === undefined && max === undefined) add('min', 'a threshold is expected: `min`, `max` or both')
}

const schema = optionsSchema(fields, refine)

/** Options of `TextFilter`: those of `ai.filter`, with the model itself as `serving`; a threshold does not need it. */
export type TextFilterOptions = Alone<typeof fields, { readonly serving?: LLMServing }>

const promptOf = ({ prompt, input = '', criterion = '', examples, instructions, language }: Options): Prompt =>
  prompt ?? new FilterPrompt({ input, criterion, examples, instructions, language })

const verdict = z.strictObject({ holds: z.boolean() })

class RowFilter extends FilterOperator {
  readonly #reads: readonly string[]
  readonly #keep: (row: Row, context: FilterContext) => Promise<boolean>

  /** @throws MAESTRO_AI_OPTIONS, MAESTRO_PROMPT_NOT_ALLOWED */
  constructor({ serving, ...given }: TextFilterOptions) {
    super()
    const options = parseOptions('TextFilter', schema, given)
    const { score, min, max } = options
    if (score !== undefined) {
      this.#reads = [score]
      this.#keep = async (row, { drop }) => {
        const fault = outside(row, { score, min, max })
        return fault === undefined || drop(fault)
      }
      return
    }
    if (serving === undefined)
      throw aiError('MAESTRO_AI_OPTIONS', { operator: 'TextFilter', reason: 'a serving is required' })
    const prompt = promptOf(options)
    this.validatePrompts([prompt])
    const asker = new Asker({ serving, prompt, schema: verdict, ...askedWith(options) })
    this.#reads = prompt.variables
    const reason = options.criterion === undefined ? 'the criterion does not hold' : `not: ${options.criterion}`
    this.#keep = async (row, context) => (await asker.data(verdict, row, context)).holds || context.drop(reason)
  }

  override get columns(): ColumnEffects {
    return { reads: this.#reads }
  }

  /**
   * @throws MAESTRO_AI_SCORE, MAESTRO_AI_EMPTY_INPUT, MAESTRO_PROMPT_*, MAESTRO_SERVING_*: the row is rejected, not
   * dropped
   */
  keep(row: Row, context: FilterContext): Promise<boolean> {
    return this.#keep(row, context)
  }
}

interface Threshold {
  readonly score: string
  readonly min: number | undefined
  readonly max: number | undefined
}

/**
 * Why a row lies outside a threshold; undefined if it does not.
 *
 * @throws MAESTRO_AI_SCORE: a row without a score has not been judged
 */
function outside(row: Row, { score: column, min, max }: Threshold): string | undefined {
  const score = row[column]
  if (typeof score !== 'number' || Number.isNaN(score))
    throw aiError('MAESTRO_AI_SCORE', { column, found: String(score) })
  if (min !== undefined && score < min) return `${column} is below ${min}`
  if (max !== undefined && score > max) return `${column} is above ${max}`
  return undefined
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
 * `ai.filter`: keeps rows by an existing score or by a criterion that a model judges.
 *
 * @remarks
 * Cost: No call with an existing score; one call per row with a criterion.
 */
export const filter = defineOperator({
  name: 'ai.filter',
  kind: 'filter',
  description: 'Keeps the rows whose score lies within a threshold, or for which a criterion holds',
  options: fields,
  refine,
  adds: {},
  ...asksModel,
  servings: (given) => (given.score === undefined ? asksModel.servings(given) : []),
  create: (given, [servings]) => {
    if (given.score === undefined) return new TextFilter(withServing(given, servings))
    const { serving: _, ...threshold } = given
    return new TextFilter(threshold)
  },
})

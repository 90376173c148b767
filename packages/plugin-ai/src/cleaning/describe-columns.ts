import {
  type AllRows,
  assertPromptsAllowed,
  type Batch,
  type ColumnEffects,
  defineOperator,
  type GlobalContext,
  GlobalOperator,
  type LLMServing,
  type Prompt,
  SERVINGS,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import { Asker } from '../asking/asker.js'
import {
  languageOption,
  nameOption,
  promptOption,
  type SamplingOptions,
  samplingOf,
  samplingOptions,
} from '../asking/asking-options.js'
import { filledPrompt, promptsOf } from '../asking/prompt-options.js'
import { aiError } from '../errors.js'
import { askEach } from '../tables/ask-each.js'
import { DescribeColumnsPrompt } from './describe-columns.prompt.js'
import { profileColumns } from './profile-columns.js'

/** How a `ColumnDescriber` describes. */
export interface ColumnDescriberOptions extends SamplingOptions {
  readonly serving: LLMServing
  /** What the table is about, in words. */
  readonly about?: string | undefined
  /** Values of a column that a model is shown, the most frequent. @default 10 */
  readonly shownValues?: number | undefined
  readonly prompt?: Prompt | undefined
  readonly language?: 'en' | 'zh' | undefined
}

const prompts = promptsOf(DescribeColumnsPrompt)
const answer = z.strictObject({ meaning: z.string().min(1), unit: z.string().nullable() })

/** The columns of the description. */
const described = {
  column: 'string',
  type: 'string',
  nulls: 'integer',
  distinct: 'integer',
  examples: 'json',
  meaning: 'string',
  unit: 'string',
} as const

/** Turns a table into its description: a row for each column, with what it means and in which unit. */
export class ColumnDescriber extends GlobalOperator {
  readonly #options: ColumnDescriberOptions
  readonly #asker: Asker

  /** @throws MAESTRO_AI_OPTIONS, MAESTRO_PROMPT_NOT_ALLOWED */
  constructor(options: ColumnDescriberOptions) {
    super()
    const { serving, prompt, about, language } = options
    if (serving === undefined)
      throw aiError('MAESTRO_AI_OPTIONS', { operator: 'ColumnDescriber', reason: 'there is no serving to ask' })
    if (prompt !== undefined) assertPromptsAllowed('ColumnDescriber', prompts, [prompt])
    this.#options = options
    const asked = prompt ?? new DescribeColumnsPrompt({ about, language })
    const sampling = { temperature: 0, ...samplingOf(options) }
    this.#asker = new Asker({ serving, prompt: asked, schema: answer, sampling })
  }

  override get columns(): ColumnEffects {
    return { keeps: [], adds: described }
  }

  /** @throws MAESTRO_SERVING_* */
  async *process(all: AllRows, context: GlobalContext): AsyncIterable<Batch> {
    const { shownValues = 10 } = this.#options
    const profiles = await profileColumns(all, shownValues, context)
    const columns = profiles.map(({ column }) => column)
    const { signal, step, run } = context
    const rows = await askEach(
      profiles,
      async ({ column, type, nulls, distinct, values, min, max, rows }) => {
        const shown = values.map(({ value }) => value)
        const facts = { name: column, type, rows, nulls, distinct, min, max, examples: shown }
        const { meaning, unit } = await this.#asker.data(
          answer,
          { facts, columns },
          { signal, step, run, rowId: column },
        )
        return { column, type, nulls, distinct, examples: shown, meaning: meaning.trim(), unit }
      },
      signal,
    )
    yield { ids: columns.map((column) => `column:${column}`), rows }
  }
}

/**
 * `ai.describe-columns`: what the columns of a table mean.
 *
 * @remarks
 * Cost: One call a column, whatever the number of rows.
 */
export const describeColumns = defineOperator({
  name: 'ai.describe-columns',
  kind: 'opaque',
  description: 'Turns a table into its description: what each column means, its type and unit',
  options: z.strictObject({
    about: z.string().min(1).optional(),
    shownValues: z.number().int().positive().default(10),
    serving: nameOption.default('default'),
    prompt: promptOption.optional(),
    language: languageOption,
    ...samplingOptions,
  }),
  columns: () => ({ keeps: [], adds: described }),
  deterministic: false,
  prompts: filledPrompt('prompt', prompts, ['facts', 'columns']),
  servings: ({ serving }) => [{ kind: 'llm', name: serving }],
  inject: [SERVINGS],
  create: ({ serving, ...given }, [servings]) =>
    new ColumnDescriber({ ...given, serving: servings.get(serving, 'llm') }),
})

import {
  type AllRows,
  type Batch,
  type ColumnEffects,
  defineOperator,
  fieldsOf,
  type GlobalContext,
  GlobalOperator,
  promptOption,
  typed,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import type { Alone } from '../asking/alone.js'
import { Asker } from '../asking/asker.js'
import { AskingOptions, samplingOf, WordsOptions, withServing } from '../asking/asking-options.js'
import { asksModel } from '../asking/asks-model.js'
import { allowedPrompt, promptsOf } from '../asking/prompt-options.js'
import { aiError } from '../errors.js'
import { askEach } from '../tables/ask-each.js'
import { DescribeColumnsPrompt } from './describe-columns.prompt.js'
import { profileColumns } from './profile-columns.js'

const prompts = promptsOf(DescribeColumnsPrompt)

const fields = fieldsOf(
  {
    /** The topic of the table. */
    about: z.string().min(1).optional(),
    /** The number of values of a column that the model sees, the most frequent ones. @default 10 */
    shownValues: z.number().int().positive().default(10),
    /**
     * A prompt that replaces the operator's own. Its variables are `facts`, which describe one column, and `columns`,
     * the names of all columns.
     */
    prompt: promptOption({ allowed: prompts, variables: ['facts', 'columns'], overRow: false }).optional(),
  },
  WordsOptions,
  AskingOptions,
)

/** Options of `ColumnDescriber`: those of `ai.describe-columns`, with the model itself as `serving`. */
export type ColumnDescriberOptions = Alone<typeof fields>

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

/** Describes a table: one row for each column, with its meaning and unit. */
export class ColumnDescriber extends GlobalOperator {
  readonly #options: ColumnDescriberOptions
  readonly #asker: Asker

  /** @throws MAESTRO_AI_OPTIONS, MAESTRO_PROMPT_NOT_ALLOWED */
  constructor(options: ColumnDescriberOptions) {
    super()
    const { serving, prompt, about, language, instructions } = options
    if (serving === undefined)
      throw aiError('MAESTRO_AI_OPTIONS', { operator: 'ColumnDescriber', reason: 'a serving is required' })
    this.#options = options
    const asked =
      allowedPrompt('ColumnDescriber', prompts, prompt) ?? new DescribeColumnsPrompt({ about, language, instructions })
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
 * `ai.describe-columns`: describes the columns of a table.
 *
 * @remarks
 * Cost: One call per column, regardless of the number of rows.
 */
export const describeColumns = defineOperator({
  name: 'ai.describe-columns',
  kind: 'opaque',
  description: 'Describes a table: one row for each column, with its meaning, type, and unit',
  options: fields,
  keeps: [],
  adds: { ...described, examples: typed<readonly string[]>('json'), unit: typed<string | null>('string') },
  ...asksModel,
  create: (given, [servings]) => new ColumnDescriber(withServing(given, servings)),
})

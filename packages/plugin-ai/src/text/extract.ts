import {
  column,
  defineOperator,
  fieldsOf,
  type OperatorContext,
  type OutputOf,
  optionsSchema,
  promptOption,
  promptRestrict,
  type Row,
  rowFunction,
  type Schema,
  toJsonSchema,
  unless,
} from '@maestro-dataflow/core'
import { type Alone, checkOptions } from '../asking/alone.js'
import { answerColumns, describeProperties } from '../asking/answer-columns.js'
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
import { schemaOption } from '../asking/json-schema.js'
import { promptsOf } from '../asking/prompt-options.js'
import type { AnsweredRow } from './answered-row.js'
import { ExtractPrompt } from './extract.prompt.js'

const prompts = promptsOf(ExtractPrompt)

const fields = fieldsOf(
  {
    /** The column of the text. */
    input: unless('prompt', column()),
    /**
     * The data to look for. The model sees the descriptions of its properties. In YAML and JSON, it is a JSON Schema.
     */
    schema: schemaOption,
    /** One column for all of the data. @default a column for each property of the schema */
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

/** Options of `Extractor`: those of `ai.extract`, with the model itself as `serving`. */
export type ExtractorOptions = Alone<typeof fields>

const promptOf = ({ prompt, input = '', schema, examples, instructions, language }: Options) =>
  prompt ??
  new ExtractPrompt({ input, fields: describeProperties(toJsonSchema(schema)), examples, instructions, language })

class TextExtractor extends AskingOperator {
  readonly #schema: Schema
  readonly #output: string | undefined

  /**
   * @throws MAESTRO_AI_OPTIONS, MAESTRO_AI_SCHEMA_COLUMNS, MAESTRO_PROMPT_NOT_ALLOWED,
   * MAESTRO_SERVING_SCHEMA_UNSUPPORTED
   */
  constructor(given: ExtractorOptions) {
    const { options: checked, serving } = checkOptions('Extractor', optionsSchema(fields), given)
    const { schema, output } = checked
    super({ serving, prompt: promptOf(checked), schema, ...askedWith(checked) }, answerColumns(schema, output))
    this.#schema = schema
    this.#output = output
  }

  /** @throws MAESTRO_AI_EMPTY_INPUT, MAESTRO_PROMPT_*, MAESTRO_SERVING_* */
  protected override async answer(row: Row, context: OperatorContext): Promise<Row> {
    const data = await this.asker.data(this.#schema, row, context)
    return this.#output === undefined ? (data as Row) : { [this.#output]: data }
  }
}

/**
 * Extracts the data that a schema describes from a text, as typed columns.
 *
 * @example
 * await new Extractor({ serving, input: 'text', schema: z.object({ city: z.string().nullable() }) }).run(storage)
 */
export const Extractor = promptRestrict(...prompts)(TextExtractor)
export type Extractor = TextExtractor

/**
 * `ai.extract`: extracts data from a text as typed columns.
 *
 * @remarks
 * Cost: One call per row, which includes the schema.
 */
export const extract = defineOperator({
  name: 'ai.extract',
  kind: 'map',
  description: 'Extracts the data that a schema describes from a text, as typed columns',
  options: fields,
  adds: ({ schema, output }) => answerColumns(schema, output),
  row: rowFunction<AnsweredRow>(),
  ...asksModel,
  create: (given, [servings]) => new Extractor(withServing(given, servings)),
})

import { type OperatorContext, promptRestrict, type Row, type Schema, toJsonSchema } from '@maestro-dataflow/core'
import { z } from 'zod'
import { answerColumns, describeProperties } from '../asking/answer-columns.js'
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
import { schemaOption } from '../asking/json-schema.js'
import { promptsOf } from '../asking/prompt-options.js'
import type { ExtractSettings } from './component-types.js'
import { ExtractPrompt } from './extract.prompt.js'

const options = z
  .strictObject({
    input: nameOption.optional(),
    schema: schemaOption,
    output: nameOption.optional(),
    examples: examplesOption,
    ...taskOptions,
  })
  .superRefine(asksOneThing(['input'], ['examples', 'instructions', 'language']))

type Options = z.output<typeof options>

/** Options of `Extractor`: those of `ai.extract`, with the model itself as `serving`. */
export type ExtractorOptions = Alone<ExtractSettings, 'input', WordsWithExamples>

const promptOf = ({ prompt, input = '', schema, examples, instructions, language }: Options) =>
  prompt ??
  new ExtractPrompt({ input, fields: describeProperties(toJsonSchema(schema)), examples, instructions, language })

class TextExtractor extends AskingOperator {
  readonly #schema: Schema
  readonly #output: string | undefined

  /** @throws MAESTRO_AI_OPTIONS, MAESTRO_AI_SCHEMA_COLUMNS, MAESTRO_PROMPT_NOT_ALLOWED, MAESTRO_SERVING_SCHEMA_UNSUPPORTED */
  constructor(given: ExtractorOptions) {
    const { options: checked, serving } = checkOptions('Extractor', options, given)
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

const prompts = promptsOf(ExtractPrompt)

/**
 * Takes data out of a text: what the schema describes, as typed columns.
 *
 * @example
 * await new Extractor({ serving, input: 'text', schema: z.object({ city: z.string().nullable() }) }).run(storage)
 */
export const Extractor = promptRestrict(...prompts)(TextExtractor)
export type Extractor = TextExtractor

/**
 * `ai.extract`: a text's data as typed columns.
 *
 * @remarks
 * Cost: One call a row, with the schema.
 */
export const extract = defineAskingOperator({
  name: 'ai.extract',
  description: 'Takes data of a schema out of a text, as typed columns',
  options,
  prompts,
  promptOf,
  columnsOf: ({ schema, output }) => answerColumns(schema, output),
  create: (given) => new Extractor(given),
})

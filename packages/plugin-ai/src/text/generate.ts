import {
  defineOperator,
  fieldsOf,
  type OutputOf,
  promptOption,
  type Refinement,
  rowFunction,
} from '@maestro-dataflow/core'
import { answerColumns } from '../asking/answer-columns.js'
import {
  AskingOptions,
  CutOffOptions,
  nameOption,
  PackingOptions,
  SharingOptions,
  withServing,
} from '../asking/asking-options.js'
import { asksModel } from '../asking/asks-model.js'
import { schemaOption } from '../asking/json-schema.js'
import type { AnsweredRow } from './answered-row.js'
import { PromptedGenerator } from './prompted-generator.js'

const fields = fieldsOf(
  {
    /**
     * The request, whose variables are columns: a text, `prompt(...)`, `chatPrompt(...)`, `fewShotPrompt(...)`, or the
     * name of a class that a plugin contributes: `{ use: 'shout.prompt', ... }`. In YAML and JSON, a list of turns is a
     * chat, and `{ system, examples, user }` is a prompt with examples.
     */
    prompt: promptOption(),
    /** The column of the answer. @default 'generated_text', or the columns of the schema */
    output: nameOption.optional(),
    /**
     * The form of the answer. Without `output`, its properties become columns. In YAML and JSON, it is a JSON Schema.
     */
    schema: schemaOption.optional(),
  },
  CutOffOptions,
  AskingOptions,
  SharingOptions,
  PackingOptions,
)

type Options = OutputOf<typeof fields>

const refine: Refinement<Options> = ({ prompt, schema, onCutOff, rowsPerCall = 1 }, { addIssue }) => {
  const add = (path: string, message: string) => addIssue({ code: 'custom', path: [path], message, input: undefined })
  if (schema !== undefined && onCutOff === 'keep')
    add('onCutOff', "'keep' is for texts: a truncated answer does not match a schema")
  if (rowsPerCall !== 1 && prompt.parts === undefined)
    add('rowsPerCall', 'only template prompts can ask about several rows in one call')
}

/**
 * `ai.generate`: adds a language model's answers as columns.
 *
 * @remarks
 * Cost: One call per row.
 */
export const generate = defineOperator({
  name: 'ai.generate',
  kind: 'map',
  description: "Fills columns with a language model's answers to a prompt",
  options: fields,
  refine,
  adds: ({ schema, output }) => answerColumns(schema, output),
  row: rowFunction<AnsweredRow>(),
  ...asksModel,
  create: (given, [servings]) => {
    const { output, ...asked } = withServing(given, servings)
    return new PromptedGenerator({ ...asked, outputColumn: output })
  },
})

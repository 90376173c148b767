import {
  column,
  defineOperator,
  fieldsOf,
  newColumn,
  type OutputOf,
  optionsSchema,
  promptOption,
  promptRestrict,
  unless,
} from '@maestro-dataflow/core'
import { type Alone, checkOptions } from '../asking/alone.js'
import {
  AskingOptions,
  askedWith,
  CutOffOptions,
  languageOption,
  nameOption,
  PackingOptions,
  SharingOptions,
  TaskExamplesOptions,
  withServing,
} from '../asking/asking-options.js'
import { asksModel } from '../asking/asks-model.js'
import { promptsOf } from '../asking/prompt-options.js'
import { TextAskingOperator } from '../asking/text-asking-operator.js'
import { RewritePrompt } from './rewrite.prompt.js'

const prompts = promptsOf(RewritePrompt)

const fields = fieldsOf(
  {
    /** The column of the text. */
    input: unless('prompt', column()),
    /** What to change in the text. */
    instructions: unless('prompt', nameOption),
    /** The column of the new text. To replace the text, give the name of the input column. @default 'rewritten' */
    output: newColumn('rewritten'),
    /** A prompt that replaces the operator's own. It names its columns itself. */
    prompt: promptOption({ allowed: prompts }).optional(),
    /** The language of the operator's own prompt. The rows may be in any language. @default 'en' */
    language: unless('prompt', languageOption),
  },
  TaskExamplesOptions,
  CutOffOptions,
  AskingOptions,
  SharingOptions,
  PackingOptions,
)

type Options = OutputOf<typeof fields>

const schema = optionsSchema(fields)

/** Options of `Rewriter`: those of `ai.rewrite`, with the model itself as `serving`. */
export type RewriterOptions = Alone<typeof fields>

const promptOf = ({ prompt, input = '', instructions = '', examples, language }: Options) =>
  prompt ?? new RewritePrompt({ input, instructions, examples, language })

class TextRewriter extends TextAskingOperator {
  /** @throws MAESTRO_AI_OPTIONS, MAESTRO_PROMPT_NOT_ALLOWED */
  constructor(given: RewriterOptions) {
    const { options: checked, serving } = checkOptions('Rewriter', schema, given)
    super({ serving, prompt: promptOf(checked), ...askedWith(checked) }, checked)
  }
}

/**
 * Rewrites a text according to instructions.
 *
 * @example
 * await new Rewriter({ serving, input: 'text', instructions: 'Make it polite.', output: 'text' }).run(storage)
 */
export const Rewriter = promptRestrict(...prompts)(TextRewriter)
export type Rewriter = TextRewriter

/**
 * `ai.rewrite`: rewrites a text according to instructions.
 *
 * @remarks
 * Cost: One call per row, with an answer about as long as the text.
 */
export const rewrite = defineOperator({
  name: 'ai.rewrite',
  kind: 'map',
  description: 'Rewrites a text according to instructions',
  options: fields,
  adds: { '{output}': 'string' },
  ...asksModel,
  create: (given, [servings]) => new Rewriter(withServing(given, servings)),
})

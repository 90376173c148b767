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
  nameOption,
  PackingOptions,
  SharingOptions,
  TaskExamplesOptions,
  TaskWordsOptions,
  withServing,
} from '../asking/asking-options.js'
import { asksModel } from '../asking/asks-model.js'
import { promptsOf } from '../asking/prompt-options.js'
import { TextAskingOperator } from '../asking/text-asking-operator.js'
import { TranslatePrompt } from './translate.prompt.js'

const prompts = promptsOf(TranslatePrompt)

const fields = fieldsOf(
  {
    /** The column of the text. */
    input: unless('prompt', column()),
    /** The name of the language to translate into: `French`. */
    to: unless('prompt', nameOption),
    /** The name of the language of the text. @default any */
    from: unless('prompt', nameOption.optional()),
    /** The column of the translation. @default 'translation' */
    output: newColumn('translation'),
    /** A prompt that replaces the operator's own. It names its columns itself. */
    prompt: promptOption({ allowed: prompts }).optional(),
  },
  TaskWordsOptions,
  TaskExamplesOptions,
  CutOffOptions,
  AskingOptions,
  SharingOptions,
  PackingOptions,
)

type Options = OutputOf<typeof fields>

const schema = optionsSchema(fields)

/** Options of `Translator`: those of `ai.translate`, with the model itself as `serving`. */
export type TranslatorOptions = Alone<typeof fields>

const promptOf = ({ prompt, input = '', to = '', from, examples, instructions, language }: Options) =>
  prompt ?? new TranslatePrompt({ input, to, from, examples, instructions, language })

class TextTranslator extends TextAskingOperator {
  /** @throws MAESTRO_AI_OPTIONS, MAESTRO_PROMPT_NOT_ALLOWED */
  constructor(given: TranslatorOptions) {
    const { options: checked, serving } = checkOptions('Translator', schema, given)
    super({ serving, prompt: promptOf(checked), ...askedWith(checked) }, checked)
  }
}

/**
 * Translates a text into another language.
 *
 * @example
 * await new Translator({ serving, input: 'text', to: 'French' }).run(storage)
 */
export const Translator = promptRestrict(...prompts)(TextTranslator)
export type Translator = TextTranslator

/**
 * `ai.translate`: translates a text.
 *
 * @remarks
 * Cost: One call per row, with an answer about as long as the text.
 */
export const translate = defineOperator({
  name: 'ai.translate',
  kind: 'map',
  description: 'Translates a text into another language',
  options: fields,
  adds: { '{output}': 'string' },
  ...asksModel,
  create: (given, [servings]) => new Translator(withServing(given, servings)),
})

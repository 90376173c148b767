import { promptRestrict } from '@maestro-dataflow/core'
import { z } from 'zod'
import {
  askedWith,
  asksOneThing,
  checkOptions,
  cutOffOption,
  examplesOption,
  nameOption,
  taskOptions,
} from '../asking/asking-options.js'
import type { Alone, WordsWithExamples } from '../asking/component-types.js'
import { defineAskingOperator } from '../asking/define-asking-operator.js'
import { promptsOf } from '../asking/prompt-options.js'
import { TextAskingOperator } from '../asking/text-asking-operator.js'
import type { TranslateSettings } from './component-types.js'
import { TranslatePrompt } from './translate.prompt.js'

const options = z
  .strictObject({
    input: nameOption.optional(),
    to: nameOption.optional(),
    from: nameOption.optional(),
    output: nameOption.default('translation'),
    onCutOff: cutOffOption,
    examples: examplesOption,
    ...taskOptions,
  })
  .superRefine(asksOneThing(['input', 'to'], ['from', 'examples', 'instructions', 'language']))

type Options = z.output<typeof options>

/** Options of `Translator`: those of `ai.translate`, with the model itself as `serving`. */
export type TranslatorOptions = Alone<TranslateSettings, 'input' | 'to', WordsWithExamples & { readonly from?: string }>

const promptOf = ({ prompt, input = '', to = '', from, examples, instructions, language }: Options) =>
  prompt ?? new TranslatePrompt({ input, to, from, examples, instructions, language })

const columnsOf = ({ output }: Options) => ({ [output]: 'string' }) as const

class TextTranslator extends TextAskingOperator {
  /** @throws MAESTRO_AI_OPTIONS, MAESTRO_PROMPT_NOT_ALLOWED */
  constructor(given: TranslatorOptions) {
    const { options: checked, serving } = checkOptions('Translator', options, given)
    super({ serving, prompt: promptOf(checked), ...askedWith(checked) }, checked)
  }
}

const prompts = promptsOf(TranslatePrompt)

/**
 * Puts a text into another language.
 *
 * @example
 * await new Translator({ serving, input: 'text', to: 'French' }).run(storage)
 */
export const Translator = promptRestrict(...prompts)(TextTranslator)
export type Translator = TextTranslator

/**
 * `ai.translate`: a text in another language.
 *
 * @remarks
 * Cost: One call a row, with an answer about as long as the text.
 */
export const translate = defineAskingOperator({
  name: 'ai.translate',
  description: 'Puts a text into another language',
  options,
  prompts,
  promptOf,
  columnsOf,
  create: (given) => new Translator(given),
})

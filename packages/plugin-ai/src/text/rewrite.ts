import { promptRestrict } from '@maestro-dataflow/core'
import { z } from 'zod'
import {
  askedWith,
  askingOptions,
  asksOneThing,
  checkOptions,
  cutOffOption,
  examplesOption,
  languageOption,
  nameOption,
  promptOption,
} from '../asking/asking-options.js'
import type { Alone } from '../asking/component-types.js'
import { defineAskingOperator } from '../asking/define-asking-operator.js'
import { promptsOf } from '../asking/prompt-options.js'
import { TextAskingOperator } from '../asking/text-asking-operator.js'
import type { RewriteSettings, RewriteWords } from './component-types.js'
import { RewritePrompt } from './rewrite.prompt.js'

const options = z
  .strictObject({
    input: nameOption.optional(),
    instructions: nameOption.optional(),
    output: nameOption.default('rewritten'),
    onCutOff: cutOffOption,
    prompt: promptOption.optional(),
    examples: examplesOption,
    language: languageOption,
    ...askingOptions,
  })
  .superRefine(asksOneThing(['input', 'instructions'], ['examples', 'language']))

type Options = z.output<typeof options>

/** Options of `Rewriter`: those of `ai.rewrite`, with the model itself as `serving`. */
export type RewriterOptions = Alone<RewriteSettings, 'input' | 'instructions', RewriteWords>

const promptOf = ({ prompt, input = '', instructions = '', examples, language }: Options) =>
  prompt ?? new RewritePrompt({ input, instructions, examples, language })

const columnsOf = ({ output }: Options) => ({ [output]: 'string' }) as const

class TextRewriter extends TextAskingOperator {
  /** @throws MAESTRO_AI_OPTIONS, MAESTRO_PROMPT_NOT_ALLOWED */
  constructor(given: RewriterOptions) {
    const { options: checked, serving } = checkOptions('Rewriter', options, given)
    super({ serving, prompt: promptOf(checked), ...askedWith(checked) }, checked)
  }
}

const prompts = promptsOf(RewritePrompt)

/**
 * Rewrites a text by instructions.
 *
 * @example
 * await new Rewriter({ serving, input: 'text', instructions: 'Make it polite.', output: 'text' }).run(storage)
 */
export const Rewriter = promptRestrict(...prompts)(TextRewriter)
export type Rewriter = TextRewriter

/**
 * `ai.rewrite`: a text in other words.
 *
 * @remarks
 * Cost: One call a row, with an answer about as long as the text.
 */
export const rewrite = defineAskingOperator({
  name: 'ai.rewrite',
  description: 'Rewrites a text by instructions',
  options,
  prompts,
  promptOf,
  columnsOf,
  create: (given) => new Rewriter(given),
})

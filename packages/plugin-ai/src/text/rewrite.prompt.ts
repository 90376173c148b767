import { column, definePrompt } from '@maestro-dataflow/core'
import type { GivenOptions } from '../asking/alone.js'
import { examplesOption, languageOption, nameOption } from '../asking/asking-options.js'
import { type Language, TaskPrompt } from '../asking/task-prompt.js'

const fields = {
  /** The column of the text. */
  input: column(),
  /** What to change in the text. */
  instructions: nameOption,
  /** Texts with the expected new texts. */
  examples: examplesOption,
  /** The language of the prompt. The text may be in any language. @default 'en' */
  language: languageOption,
}

/** The options of the prompt `ai.rewrite.prompt`. */
export type RewritePromptOptions = GivenOptions<typeof fields>

const words: Readonly<Record<Language, { readonly task: string; readonly answer: string }>> = {
  en: {
    task: 'Rewrite the text as follows:',
    answer: 'Keep what this does not touch. Answer with the new text and nothing else.',
  },
  zh: { task: '请按以下要求改写文本：', answer: '要求没有涉及的内容保持不变。只回答改写后的文本。' },
}

/** The prompt of `ai.rewrite`. */
export class RewritePrompt extends TaskPrompt {
  constructor({ input, instructions, examples, language = 'en' }: RewritePromptOptions) {
    const { task, answer } = words[language]
    super({ task: [`${task} ${instructions}`, answer], inputs: { text: input }, examples, language })
  }
}

/** `ai.rewrite.prompt` */
export const rewritePrompt = definePrompt({
  name: 'ai.rewrite.prompt',
  description: 'Asks for a text that is rewritten according to instructions',
  options: fields,
  create: (given) => new RewritePrompt(given),
})

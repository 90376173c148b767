import { definePrompt } from '@maestro-dataflow/core'
import { z } from 'zod'
import { examplesOption, languageOption, nameOption } from '../asking/asking-options.js'
import { type Language, TaskPrompt } from '../asking/task-prompt.js'

const options = z.strictObject({
  input: nameOption,
  instructions: nameOption,
  examples: examplesOption,
  language: languageOption,
})

export type RewritePromptOptions = z.output<typeof options>

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
  description: 'Asks for a text in other words, by instructions',
  options,
  create: (given) => new RewritePrompt(given),
})

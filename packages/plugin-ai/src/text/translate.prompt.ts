import { definePrompt } from '@maestro-dataflow/core'
import { z } from 'zod'
import { examplesOption, nameOption, wordsOptions } from '../asking/asking-options.js'
import { type Language, TaskPrompt } from '../asking/task-prompt.js'

const options = z.strictObject({
  input: nameOption,
  to: nameOption,
  from: nameOption.optional(),
  examples: examplesOption,
  ...wordsOptions,
})

export type TranslatePromptOptions = z.output<typeof options>

const words: Readonly<Record<Language, (to: string, from: string | undefined) => string>> = {
  en: (to, from) =>
    `Translate the text${from === undefined ? '' : ` from ${from}`} into ${to}. Keep its meaning, its tone and its form. Answer with the translation and nothing else.`,
  zh: (to, from) => `请将文本${from === undefined ? '' : `从${from}`}翻译成${to}，保持原意、语气和格式。只回答译文。`,
}

/** The prompt of `ai.translate`. */
export class TranslatePrompt extends TaskPrompt {
  constructor({ input, to, from, examples, language = 'en', instructions }: TranslatePromptOptions) {
    super({ task: [words[language](to, from), instructions], inputs: { text: input }, examples, language })
  }
}

/** `ai.translate.prompt` */
export const translatePrompt = definePrompt({
  name: 'ai.translate.prompt',
  description: 'Asks for a text in another language',
  options,
  create: (given) => new TranslatePrompt(given),
})

import { definePrompt } from '@maestro-dataflow/core'
import { z } from 'zod'
import { languageOption, nameOption } from '../asking/asking-options.js'
import { type Language, TaskPrompt } from '../asking/task-prompt.js'

const options = z.strictObject({
  /** What is made of the texts. */
  instructions: nameOption,
  texts: nameOption.default('texts'),
  language: languageOption,
})

export type ReducePromptOptions = z.input<typeof options>

const words: Readonly<Record<Language, string>> = {
  en: 'Make one of the texts, as the instructions say. Texts may be what parts of a larger set have become already.',
  zh: '请按指示把这些文本合成一个。其中的文本可能已经是更大集合的一部分的合并结果。',
}

/** The prompt of `ai.reduce`: the instructions, and texts as data. */
export class ReducePrompt extends TaskPrompt {
  constructor({ instructions, texts = 'texts', language = 'en' }: ReducePromptOptions) {
    super({ task: [words[language], instructions], inputs: { texts }, language })
  }
}

/** `ai.reduce.prompt` */
export const reducePrompt = definePrompt({
  name: 'ai.reduce.prompt',
  description: 'Asks to make one of several texts',
  options,
  create: (given) => new ReducePrompt(given),
})

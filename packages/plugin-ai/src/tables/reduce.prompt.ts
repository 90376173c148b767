import { column, definePrompt } from '@maestro-dataflow/core'
import type { GivenOptions } from '../asking/alone.js'
import { languageOption, nameOption } from '../asking/asking-options.js'
import { type Language, TaskPrompt } from '../asking/task-prompt.js'

const fields = {
  /** The instructions for combining the texts. */
  instructions: nameOption,
  /** The variable of the list of texts. @default 'texts' */
  texts: column().default('texts'),
  /** The language of the prompt. The texts may be in any language. @default 'en' */
  language: languageOption,
}

/** The options of the prompt `ai.reduce.prompt`. */
export type ReducePromptOptions = GivenOptions<typeof fields>

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
  description: 'Asks for one text that combines several',
  options: fields,
  create: (given) => new ReducePrompt(given),
})

import { definePrompt } from '@maestro-dataflow/core'
import type { GivenOptions } from '../asking/alone.js'
import { WordsOptions } from '../asking/asking-options.js'
import { type Language, TaskPrompt } from '../asking/task-prompt.js'

/** The options of the prompt `ai.group.prompt`. */
export type GroupPromptOptions = GivenOptions<WordsOptions>

const words: Readonly<Record<Language, string>> = {
  en: 'The texts are of one kind. Name the kind in one to four words, as a category that other texts of it would go into too. Answer with JSON.',
  zh: '这些文本属于同一类。请用简短的词语为这一类命名，使同类的其他文本也能归入其中。以 JSON 回答。',
}

/** The prompt of `ai.group`, which names the kind of `texts`. */
export class GroupPrompt extends TaskPrompt {
  constructor({ language = 'en', instructions }: GroupPromptOptions = {}) {
    super({ task: [words[language], instructions], inputs: { texts: 'texts' }, language })
  }
}

/** `ai.group.prompt` */
export const groupPrompt = definePrompt({
  name: 'ai.group.prompt',
  description: 'Asks for the name of the kind that texts belong to',
  options: WordsOptions,
  create: (given) => new GroupPrompt(given),
})

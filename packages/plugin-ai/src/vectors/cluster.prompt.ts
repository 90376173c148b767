import { definePrompt } from '@maestro-dataflow/core'
import { z } from 'zod'
import { nameOption, wordsOptions } from '../asking/asking-options.js'
import { type Language, TaskPrompt } from '../asking/task-prompt.js'

const options = z.strictObject({ texts: nameOption.default('texts'), ...wordsOptions })

export type ClusterPromptOptions = z.input<typeof options>

const words: Readonly<Record<Language, string>> = {
  en: 'The texts belong to one group. Give the group a name of one to four words that says what they have in common. Answer with JSON.',
  zh: '这些文本属于同一组。请给这一组起一个简短的名称，说明它们的共同点。以 JSON 回答。',
}

/** The prompt by which `ai.cluster` and `ai.group` name what texts have in common. */
export class ClusterPrompt extends TaskPrompt {
  constructor({ texts = 'texts', language = 'en', instructions }: ClusterPromptOptions = {}) {
    super({ task: [words[language], instructions], inputs: { texts }, language })
  }
}

/** `ai.cluster.prompt` */
export const clusterPrompt = definePrompt({
  name: 'ai.cluster.prompt',
  description: 'Asks for the name of a group of texts',
  options,
  create: (given) => new ClusterPrompt(given),
})

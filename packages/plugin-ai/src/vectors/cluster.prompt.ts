import { column, definePrompt, fieldsOf } from '@maestro-dataflow/core'
import type { GivenOptions } from '../asking/alone.js'
import { WordsOptions } from '../asking/asking-options.js'
import { type Language, TaskPrompt } from '../asking/task-prompt.js'

const fields = fieldsOf(
  {
    /** The variable of the list of texts. @default 'texts' */
    texts: column().default('texts'),
  },
  WordsOptions,
)

/** The options of the prompt `ai.cluster.prompt`. */
export type ClusterPromptOptions = GivenOptions<typeof fields>

const words: Readonly<Record<Language, string>> = {
  en: 'The texts belong to one group. Give the group a name of one to four words that says what they have in common. Answer with JSON.',
  zh: '这些文本属于同一组。请给这一组起一个简短的名称，说明它们的共同点。以 JSON 回答。',
}

/** The prompt with which `ai.cluster` and `ai.group` name what texts have in common. */
export class ClusterPrompt extends TaskPrompt {
  constructor({ texts = 'texts', language = 'en', instructions }: ClusterPromptOptions = {}) {
    super({ task: [words[language], instructions], inputs: { texts }, language })
  }
}

/** `ai.cluster.prompt` */
export const clusterPrompt = definePrompt({
  name: 'ai.cluster.prompt',
  description: 'Asks for the name of a group of texts',
  options: fields,
  create: (given) => new ClusterPrompt(given),
})

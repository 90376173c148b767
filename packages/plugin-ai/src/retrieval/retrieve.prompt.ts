import { column, definePrompt, fieldsOf } from '@maestro-dataflow/core'
import type { GivenOptions } from '../asking/alone.js'
import { WordsOptions } from '../asking/asking-options.js'
import { type Language, TaskPrompt } from '../asking/task-prompt.js'

const fields = fieldsOf(
  {
    /** The variable of the query. @default 'query' */
    query: column().default('query'),
    /** The variable of the passage. @default 'passage' */
    passage: column().default('passage'),
  },
  WordsOptions,
)

/** The options of the prompt `ai.retrieve.prompt`. */
export type RetrievePromptOptions = GivenOptions<typeof fields>

const words: Readonly<Record<Language, string>> = {
  en: 'Score from 0 to 10 how well the passage helps to answer the query: 0 not at all, 10 it holds the answer. Answer with JSON.',
  zh: '请给段落打分，从0到10，看它对回答查询有多大帮助：0表示毫无帮助，10表示其中就有答案。以 JSON 回答。',
}

/** The prompt with which `ai.retrieve` lets a language model rerank: a query and one passage, as data. */
export class RetrievePrompt extends TaskPrompt {
  constructor({ query = 'query', passage = 'passage', language = 'en', instructions }: RetrievePromptOptions = {}) {
    super({ task: [words[language], instructions], inputs: { query, passage }, language })
  }
}

/** `ai.retrieve.prompt` */
export const retrievePrompt = definePrompt({
  name: 'ai.retrieve.prompt',
  description: 'Asks how well a passage answers a query',
  options: fields,
  create: (given) => new RetrievePrompt(given),
})

import { column, definePrompt, fieldsOf } from '@maestro-dataflow/core'
import type { GivenOptions } from '../asking/alone.js'
import { WordsOptions } from '../asking/asking-options.js'
import { type Language, TaskPrompt } from '../asking/task-prompt.js'

const fields = fieldsOf(
  {
    /** The variable of the question. */
    question: column(),
    /** The variable of the list of answers. */
    answers: column(),
  },
  WordsOptions,
)

/** The options of the prompt `ai.vote.prompt`. */
export type VotePromptOptions = GivenOptions<typeof fields>

const words: Readonly<Record<Language, string>> = {
  en: 'Several answers to a question were given; they are a list, the first has the number 1. Choose the one that answers the question best. Answer with JSON: {"best": its number}.',
  zh: '以下是一个问题的多个回答，它们是一个列表，第一个的编号为 1。请选出最好的回答，以 JSON 回答：{"best": 编号}。',
}

/** The prompt with which a model chooses among answers. */
export class VotePrompt extends TaskPrompt {
  constructor({ question, answers, language = 'en', instructions }: VotePromptOptions) {
    super({ task: [words[language], instructions], inputs: { question, answers }, language })
  }
}

/** `ai.vote.prompt` */
export const votePrompt = definePrompt({
  name: 'ai.vote.prompt',
  description: 'Asks for the best of several answers to a question',
  options: fields,
  create: (given) => new VotePrompt(given),
})

import { column, definePrompt, fieldsOf } from '@maestro-dataflow/core'
import type { GivenOptions } from '../asking/alone.js'
import { examplesOption, WordsOptions } from '../asking/asking-options.js'
import { type Language, TaskPrompt } from '../asking/task-prompt.js'

const fields = fieldsOf(
  {
    /** The variable of the question. @default 'query' */
    query: column().default('query'),
    /** The variable of the numbered passages. @default 'context' */
    context: column().default('context'),
    /** Questions with the expected answers. */
    examples: examplesOption,
  },
  WordsOptions,
)

/** The options of the prompt `ai.rag.prompt`. */
export type RagPromptOptions = GivenOptions<typeof fields>

const words: Readonly<Record<Language, string>> = {
  en: [
    'Answer the question from the passages alone, in the language of the question.',
    '"found" says whether the passages hold the answer. If they do not, "answer" is empty: never answer from what you know besides.',
    '"citations" are the numbers of the passages that the answer rests on. Answer with JSON.',
  ].join('\n'),
  zh: [
    '请只根据给出的段落回答问题，使用提问的语言。',
    '"found" 表示段落中是否有答案。如果没有，"answer" 为空，不要用段落以外的知识回答。',
    '"citations" 是答案所依据的段落编号。以 JSON 回答。',
  ].join('\n'),
}

/** The prompt of `ai.rag`: the question and the numbered passages, as data. */
export class RagPrompt extends TaskPrompt {
  constructor({
    query = 'query',
    context = 'context',
    language = 'en',
    instructions,
    examples,
  }: RagPromptOptions = {}) {
    super({ task: [words[language], instructions], inputs: { passages: context, question: query }, examples, language })
  }
}

/** `ai.rag.prompt` */
export const ragPrompt = definePrompt({
  name: 'ai.rag.prompt',
  description: 'Asks a question about numbered passages',
  options: fields,
  create: (given) => new RagPrompt(given),
})

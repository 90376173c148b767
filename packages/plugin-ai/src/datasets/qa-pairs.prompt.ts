import { definePrompt } from '@maestro-dataflow/core'
import { z } from 'zod'
import { nameOption, wordsOptions } from '../asking/asking-options.js'
import { type Language, TaskPrompt } from '../asking/task-prompt.js'

const options = z.strictObject({
  input: nameOption,
  pairs: z.number().int().positive().default(3),
  ...wordsOptions,
})

export type QaPairsPromptOptions = z.input<typeof options>

const words: Readonly<Record<Language, (pairs: number) => string>> = {
  en: (pairs) =>
    [
      `Write up to ${pairs} questions that the text answers, each different, in the language of the text.`,
      'A question is understood without the text. "answer" answers it from the text alone. "evidence" is the sentence of the text that holds the answer, word for word. Answer with JSON.',
    ].join('\n'),
  zh: (pairs) =>
    [
      `请用文本的语言写出最多${pairs}个互不相同、可以由文本回答的问题。`,
      '问题应当不看文本也能理解。"answer" 只根据文本作答。"evidence" 是文本中包含答案的原句，逐字引用。以 JSON 回答。',
    ].join('\n'),
}

/** The prompt of `ai.qa-pairs`: how many pairs, and the text as data. */
export class QaPairsPrompt extends TaskPrompt {
  constructor({ input, pairs = 3, language = 'en', instructions }: QaPairsPromptOptions) {
    super({ task: [words[language](pairs), instructions], inputs: { text: input }, language })
  }
}

/** `ai.qa-pairs.prompt` */
export const qaPairsPrompt = definePrompt({
  name: 'ai.qa-pairs.prompt',
  description: 'Asks for questions that a text answers, with answers and evidence',
  options,
  create: (given) => new QaPairsPrompt(given),
})

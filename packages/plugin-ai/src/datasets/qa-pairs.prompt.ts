import { column, definePrompt, fieldsOf } from '@maestro-dataflow/core'
import { z } from 'zod'
import type { GivenOptions } from '../asking/alone.js'
import { examplesOption, WordsOptions } from '../asking/asking-options.js'
import { type Language, TaskPrompt } from '../asking/task-prompt.js'

const fields = fieldsOf(
  {
    /** The column of the text. */
    input: column(),
    /** The maximum number of pairs. @default 3 */
    pairs: z.number().int().positive().default(3),
    /** Texts with the expected pairs. */
    examples: examplesOption,
  },
  WordsOptions,
)

/** The options of the prompt `ai.qa-pairs.prompt`. */
export type QaPairsPromptOptions = GivenOptions<typeof fields>

const words: Readonly<Record<Language, (pairs: number) => string>> = {
  en: (pairs) =>
    [
      `Write up to ${pairs} questions that the text answers, each different, in the language of the text.`,
      '"evidence" is a sentence of the text, word for word. "question" asks for what it says, and is understood without the text. "answer" answers it from the text alone. Answer with JSON.',
    ].join('\n'),
  zh: (pairs) =>
    [
      `请用文本的语言写出最多${pairs}个互不相同、可以由文本回答的问题。`,
      '"evidence" 是文本中的原句，逐字引用。"question" 就该句提问，不看文本也能理解。"answer" 只根据文本作答。以 JSON 回答。',
    ].join('\n'),
}

/** The prompt of `ai.qa-pairs`: the number of pairs, and the text as data. */
export class QaPairsPrompt extends TaskPrompt {
  constructor({ input, pairs = 3, examples, language = 'en', instructions }: QaPairsPromptOptions) {
    super({ task: [words[language](pairs), instructions], inputs: { text: input }, examples, language })
  }
}

/** `ai.qa-pairs.prompt` */
export const qaPairsPrompt = definePrompt({
  name: 'ai.qa-pairs.prompt',
  description: 'Asks for questions that a text answers, with answers and evidence',
  options: fields,
  create: (given) => new QaPairsPrompt(given),
})

import { column, definePrompt, fieldsOf } from '@maestro-dataflow/core'
import { z } from 'zod'
import type { GivenOptions } from '../asking/alone.js'
import { WordsOptions } from '../asking/asking-options.js'
import { type Language, TaskPrompt } from '../asking/task-prompt.js'

const fields = fieldsOf(
  {
    /** The column of the text. */
    input: column(),
    /** The maximum length of the summary, in words; in Chinese, in characters. @default 100 */
    maxWords: z.number().int().positive().optional(),
  },
  WordsOptions,
)

/** The options of the prompt `ai.summarize.prompt`. */
export type SummarizePromptOptions = GivenOptions<typeof fields>

const words: Readonly<Record<Language, (maxWords: number) => string>> = {
  en: (maxWords) =>
    `Summarize the text in at most ${maxWords} words. Say only what the text says. Answer with the summary and nothing else.`,
  zh: (maxWords) => `用不超过${maxWords}个字概括文本，只写文本中有的内容。只回答摘要。`,
}

/** The prompt of `ai.summarize`. It is used for each part of a long text, and then for the summaries of the parts. */
export class SummarizePrompt extends TaskPrompt {
  constructor({ input, maxWords = 100, language = 'en', instructions }: SummarizePromptOptions) {
    super({ task: [words[language](maxWords), instructions], inputs: { text: input }, language })
  }
}

/** `ai.summarize.prompt` */
export const summarizePrompt = definePrompt({
  name: 'ai.summarize.prompt',
  description: 'Asks for the summary of a text',
  options: fields,
  create: (given) => new SummarizePrompt(given),
})

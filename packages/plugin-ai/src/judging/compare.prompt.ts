import { column, definePrompt, fieldsOf } from '@maestro-dataflow/core'
import { z } from 'zod'
import type { GivenOptions } from '../asking/alone.js'
import { examplesOption, nameOption, WordsOptions } from '../asking/asking-options.js'
import { type Language, TaskPrompt } from '../asking/task-prompt.js'

const fields = fieldsOf(
  {
    /** The columns of the two texts. */
    inputs: z.strictObject({ a: column(), b: column() }),
    /** What makes one text better than the other. */
    criterion: nameOption,
    /** Pairs of texts with the expected answers. */
    examples: examplesOption,
  },
  WordsOptions,
)

/** The options of the prompt `ai.compare.prompt`. */
export type ComparePromptOptions = GivenOptions<typeof fields>

const words: Readonly<Record<Language, (criterion: string) => string>> = {
  en: (criterion) =>
    `Compare the texts a and b: ${criterion}\nAnswer with JSON: which is better, "a", "b", or "tie" when neither is. Their order must not count.`,
  zh: (criterion) =>
    `请比较文本 a 和 b：${criterion}\n以 JSON 回答哪一个更好："a"、"b"，不分上下时为 "tie"。先后顺序不应影响判断。`,
}

/** The prompt of `ai.compare`: the criterion, and two texts as data. */
export class ComparePrompt extends TaskPrompt {
  constructor({ inputs, criterion, examples, language = 'en', instructions }: ComparePromptOptions) {
    super({ task: [words[language](criterion), instructions], inputs, examples, language })
  }
}

/** `ai.compare.prompt` */
export const comparePrompt = definePrompt({
  name: 'ai.compare.prompt',
  description: 'Asks which of two texts is better',
  options: fields,
  create: (given) => new ComparePrompt(given),
})

import { definePrompt } from '@maestro-dataflow/core'
import { z } from 'zod'
import { examplesOption, nameOption, wordsOptions } from '../asking/asking-options.js'
import { type Language, TaskPrompt } from '../asking/task-prompt.js'

const options = z.strictObject({
  inputs: z.strictObject({ a: nameOption, b: nameOption }),
  criterion: nameOption,
  examples: examplesOption,
  ...wordsOptions,
})

export type ComparePromptOptions = z.output<typeof options>

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
  options,
  create: (given) => new ComparePrompt(given),
})

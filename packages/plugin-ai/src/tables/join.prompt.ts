import { definePrompt } from '@maestro-dataflow/core'
import { z } from 'zod'
import { nameOption, wordsOptions } from '../asking/asking-options.js'
import { type Language, TaskPrompt } from '../asking/task-prompt.js'

const options = z.strictObject({
  condition: nameOption,
  left: nameOption.default('left'),
  right: nameOption.default('right'),
  ...wordsOptions,
})

export type JoinPromptOptions = z.input<typeof options>

const words: Readonly<Record<Language, (condition: string) => string>> = {
  en: (condition) => `Say whether the condition holds for the texts left and right: ${condition}\nAnswer with JSON.`,
  zh: (condition) => `请判断文本 left 与 right 是否满足条件：${condition}\n以 JSON 回答。`,
}

/** The prompt of `ai.join`: the condition, and two texts as data. */
export class JoinPrompt extends TaskPrompt {
  constructor({ condition, left = 'left', right = 'right', language = 'en', instructions }: JoinPromptOptions) {
    super({ task: [words[language](condition), instructions], inputs: { left, right }, language })
  }
}

/** `ai.join.prompt` */
export const joinPrompt = definePrompt({
  name: 'ai.join.prompt',
  description: 'Asks whether two texts match',
  options,
  create: (given) => new JoinPrompt(given),
})

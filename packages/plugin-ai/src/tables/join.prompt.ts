import { definePrompt } from '@maestro-dataflow/core'
import { z } from 'zod'
import { nameOption, wordsOptions } from '../asking/asking-options.js'
import { type Language, TaskPrompt } from '../asking/task-prompt.js'

const options = z.strictObject({
  criterion: nameOption,
  left: nameOption.default('left'),
  right: nameOption.default('right'),
  ...wordsOptions,
})

export type JoinPromptOptions = z.input<typeof options>

const words: Readonly<Record<Language, (criterion: string) => string>> = {
  en: (criterion) => `Say whether the condition holds for the texts left and right: ${criterion}\nAnswer with JSON.`,
  zh: (criterion) => `请判断文本 left 与 right 是否满足条件：${criterion}\n以 JSON 回答。`,
}

/** The prompt of `ai.join`: the criterion, and two texts as data. */
export class JoinPrompt extends TaskPrompt {
  constructor({ criterion, left = 'left', right = 'right', language = 'en', instructions }: JoinPromptOptions) {
    super({ task: [words[language](criterion), instructions], inputs: { left, right }, language })
  }
}

/** `ai.join.prompt` */
export const joinPrompt = definePrompt({
  name: 'ai.join.prompt',
  description: 'Asks whether two texts match',
  options,
  create: (given) => new JoinPrompt(given),
})

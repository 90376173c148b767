import { column, definePrompt, fieldsOf } from '@maestro-dataflow/core'
import type { GivenOptions } from '../asking/alone.js'
import { nameOption, WordsOptions } from '../asking/asking-options.js'
import { type Language, TaskPrompt } from '../asking/task-prompt.js'

const fields = fieldsOf(
  {
    /** The criterion that must hold for both texts. */
    criterion: nameOption,
    /** The variable of the left text. @default 'left' */
    left: column().default('left'),
    /** The variable of the right text. @default 'right' */
    right: column().default('right'),
  },
  WordsOptions,
)

/** The options of the prompt `ai.join.prompt`. */
export type JoinPromptOptions = GivenOptions<typeof fields>

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
  options: fields,
  create: (given) => new JoinPrompt(given),
})

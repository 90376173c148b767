import { column, definePrompt, fieldsOf } from '@maestro-dataflow/core'
import type { GivenOptions } from '../asking/alone.js'
import { WordsOptions } from '../asking/asking-options.js'
import { type Language, TaskPrompt } from '../asking/task-prompt.js'

const fields = fieldsOf(
  {
    /** The variable of the facts about a column. @default 'facts' */
    facts: column().default('facts'),
  },
  WordsOptions,
)

/** The options of the prompt `ai.clean.prompt`. */
export type CleanPromptOptions = GivenOptions<typeof fields>

const words: Readonly<Record<Language, string>> = {
  en: [
    'Propose how to clean the values of the column. Each proposal is one of these operations: "trim", "unicode", "case", "replace" (one whole value by another), "null" (values that stand for nothing), "number", "date", "boolean" (texts that are such), "fill" (a value where there is none).',
    'Propose only what the values show to be wrong, and say how sure you are, from 0 to 1. The list is empty where nothing is wrong. Answer with JSON.',
  ].join('\n'),
  zh: [
    '请提出清洗该列的方案。每条建议只能是以下操作之一："trim"、"unicode"、"case"、"replace"（用一个值替换另一个完整的值）、"null"（表示空的值）、"number"、"date"、"boolean"（本应是这些类型的文本）、"fill"（填补空值）。',
    '只针对数值中显示有问题的地方提出建议，并给出从0到1的把握程度。没有问题时列表为空。以 JSON 回答。',
  ].join('\n'),
}

/** The prompt of `ai.clean`: the facts about one column, as data. */
export class CleanPrompt extends TaskPrompt {
  constructor({ facts = 'facts', language = 'en', instructions }: CleanPromptOptions = {}) {
    super({ task: [words[language], instructions], inputs: { column: facts }, language })
  }
}

/** `ai.clean.prompt` */
export const cleanPrompt = definePrompt({
  name: 'ai.clean.prompt',
  description: 'Asks how the values of a column should be cleaned',
  options: fields,
  create: (given) => new CleanPrompt(given),
})

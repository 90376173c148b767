import { column, definePrompt, fieldsOf } from '@maestro-dataflow/core'
import type { GivenOptions } from '../asking/alone.js'
import { examplesOption, nameOption, WordsOptions } from '../asking/asking-options.js'
import { type Language, TaskPrompt } from '../asking/task-prompt.js'

const fields = fieldsOf(
  {
    /** The column of the text. */
    input: column(),
    /** The criterion that must hold for the text. */
    criterion: nameOption,
    /** Texts with the expected answers, `true` or `false`. */
    examples: examplesOption,
  },
  WordsOptions,
)

/** The options of the prompt `ai.filter.prompt`. */
export type FilterPromptOptions = GivenOptions<typeof fields>

const words: Readonly<Record<Language, (criterion: string) => string>> = {
  en: (criterion) =>
    `Say whether this holds for the text: ${criterion}\nAnswer with JSON: {"holds": true} or {"holds": false}.`,
  zh: (criterion) => `请判断以下条件对文本是否成立：${criterion}\n以 JSON 回答：{"holds": true} 或 {"holds": false}。`,
}

/** The prompt of `ai.filter`: the criterion, and the text as data. */
export class FilterPrompt extends TaskPrompt {
  constructor({ input, criterion, examples, language = 'en', instructions }: FilterPromptOptions) {
    super({
      task: [words[language](criterion), instructions],
      inputs: { text: input },
      examples: examples?.map(({ input, output }) => ({ input, output: { holds: output } })),
      language,
    })
  }
}

/** `ai.filter.prompt` */
export const filterPrompt = definePrompt({
  name: 'ai.filter.prompt',
  description: 'Asks whether a criterion holds for a text',
  options: fields,
  create: (given) => new FilterPrompt(given),
})

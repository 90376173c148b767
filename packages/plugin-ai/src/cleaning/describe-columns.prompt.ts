import { column, definePrompt, fieldsOf } from '@maestro-dataflow/core'
import { z } from 'zod'
import type { GivenOptions } from '../asking/alone.js'
import { WordsOptions } from '../asking/asking-options.js'
import { type Language, TaskPrompt } from '../asking/task-prompt.js'

const fields = fieldsOf(
  {
    /** The variable of the facts about a column. @default 'facts' */
    facts: column().default('facts'),
    /** The variable of the names of all columns. @default 'columns' */
    columns: column().default('columns'),
    /** The topic of the table. */
    about: z.string().min(1).optional(),
  },
  WordsOptions,
)

/** The options of the prompt `ai.describe-columns.prompt`. */
export type DescribeColumnsPromptOptions = GivenOptions<typeof fields>

const words: Readonly<Record<Language, { readonly task: string; about(text: string): string }>> = {
  en: {
    task: 'Say what the column means, in one sentence, and in which unit its values are; "unit" is null where there is none. You see its name, what it holds, and the names of the other columns. Answer with JSON.',
    about: (text) => `The table: ${text}`,
  },
  zh: {
    task: '请用一句话说明该列的含义以及数值的单位；没有单位时 "unit" 为 null。你会看到列名、内容以及其他列的名称。以 JSON 回答。',
    about: (text) => `该表：${text}`,
  },
}

/** The prompt of `ai.describe-columns`: the facts about one column, as data. */
export class DescribeColumnsPrompt extends TaskPrompt {
  constructor({
    facts = 'facts',
    columns = 'columns',
    about,
    language = 'en',
    instructions,
  }: DescribeColumnsPromptOptions = {}) {
    const { task, about: told } = words[language]
    super({
      task: [task, about === undefined ? undefined : told(about), instructions],
      inputs: { columns, column: facts },
      language,
    })
  }
}

/** `ai.describe-columns.prompt` */
export const describeColumnsPrompt = definePrompt({
  name: 'ai.describe-columns.prompt',
  description: 'Asks what a column means',
  options: fields,
  create: (given) => new DescribeColumnsPrompt(given),
})

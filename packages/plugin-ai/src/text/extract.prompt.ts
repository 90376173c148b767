import { column, definePrompt, fieldsOf } from '@maestro-dataflow/core'
import { z } from 'zod'
import type { GivenOptions } from '../asking/alone.js'
import { examplesOption, WordsOptions } from '../asking/asking-options.js'
import { type Language, TaskPrompt } from '../asking/task-prompt.js'

const fields = fieldsOf(
  {
    /** The column of the text. */
    input: column(),
    /** The fields to look for, with the meaning of each. */
    fields: z.record(z.string(), z.string()).optional(),
    /** Texts with the expected data. */
    examples: examplesOption,
  },
  WordsOptions,
)

/** The options of the prompt `ai.extract.prompt`. */
export type ExtractPromptOptions = GivenOptions<typeof fields>

const words: Readonly<Record<Language, { readonly task: string; readonly fields: string }>> = {
  en: {
    task: 'Take the values of the fields from the text and answer with them as JSON. Take only what the text says; what it does not say is left out, or null.',
    fields: 'The fields:',
  },
  zh: {
    task: '从文本中提取各字段的值，以 JSON 回答。只提取文本中写明的内容；文本没有提到的字段省略或填 null。',
    fields: '字段：',
  },
}

/** The prompt of `ai.extract`: the fields, and the text as data. */
export class ExtractPrompt extends TaskPrompt {
  constructor({ input, fields = {}, examples, language = 'en', instructions }: ExtractPromptOptions) {
    const lines = Object.entries(fields).map(([name, meaning]) =>
      meaning === '' ? `- ${name}` : `- ${name}: ${meaning}`,
    )
    const { task, fields: heading } = words[language]
    super({
      task: [task, lines.length === 0 ? undefined : [heading, ...lines].join('\n'), instructions],
      inputs: { text: input },
      examples,
      language,
    })
  }
}

/** `ai.extract.prompt` */
export const extractPrompt = definePrompt({
  name: 'ai.extract.prompt',
  description: 'Asks for the values of fields in a text',
  options: fields,
  create: (given) => new ExtractPrompt(given),
})

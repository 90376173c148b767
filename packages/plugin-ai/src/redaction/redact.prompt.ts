import { column, definePrompt, fieldsOf } from '@maestro-dataflow/core'
import type { GivenOptions } from '../asking/alone.js'
import { WordsOptions } from '../asking/asking-options.js'
import { type Language, TaskPrompt } from '../asking/task-prompt.js'

const fields = fieldsOf(
  {
    /** The column of the text. */
    input: column(),
  },
  WordsOptions,
)

/** The options of the prompt `ai.redact.prompt`. */
export type RedactPromptOptions = GivenOptions<typeof fields>

const words: Readonly<Record<Language, string>> = {
  en: 'List every name of a person, every postal address and every name of an organization in the text, each exactly as it is written there. Leave the list empty where there is none. Answer with JSON.',
  zh: '请列出文本中出现的所有人名、通信地址和机构名称，逐字照抄。没有则列表为空。以 JSON 回答。',
}

/** The prompt of `ai.redact`: the text as data. */
export class RedactPrompt extends TaskPrompt {
  constructor({ input, language = 'en', instructions }: RedactPromptOptions) {
    super({ task: [words[language], instructions], inputs: { text: input }, language })
  }
}

/** `ai.redact.prompt` */
export const redactPrompt = definePrompt({
  name: 'ai.redact.prompt',
  description: 'Asks for the persons, addresses and organizations that a text names',
  options: fields,
  create: (given) => new RedactPrompt(given),
})

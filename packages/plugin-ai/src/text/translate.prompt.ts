import { column, definePrompt, fieldsOf } from '@maestro-dataflow/core'
import type { GivenOptions } from '../asking/alone.js'
import { examplesOption, nameOption, WordsOptions } from '../asking/asking-options.js'
import { type Language, TaskPrompt } from '../asking/task-prompt.js'

const fields = fieldsOf(
  {
    /** The column of the text. */
    input: column(),
    /** The name of the language to translate into: `French`. */
    to: nameOption,
    /** The name of the language of the text. @default any */
    from: nameOption.optional(),
    /** Texts with the expected translations. */
    examples: examplesOption,
  },
  WordsOptions,
)

/** The options of the prompt `ai.translate.prompt`. */
export type TranslatePromptOptions = GivenOptions<typeof fields>

const words: Readonly<Record<Language, (to: string, from: string | undefined) => string>> = {
  en: (to, from) =>
    `Translate the text${from === undefined ? '' : ` from ${from}`} into ${to}. Keep its meaning, its tone and its form. Answer with the translation and nothing else.`,
  zh: (to, from) => `请将文本${from === undefined ? '' : `从${from}`}翻译成${to}，保持原意、语气和格式。只回答译文。`,
}

/** The prompt of `ai.translate`. */
export class TranslatePrompt extends TaskPrompt {
  constructor({ input, to, from, examples, language = 'en', instructions }: TranslatePromptOptions) {
    super({ task: [words[language](to, from), instructions], inputs: { text: input }, examples, language })
  }
}

/** `ai.translate.prompt` */
export const translatePrompt = definePrompt({
  name: 'ai.translate.prompt',
  description: 'Asks for the translation of a text',
  options: fields,
  create: (given) => new TranslatePrompt(given),
})

import { column, definePrompt, fieldsOf } from '@maestro-dataflow/core'
import { z } from 'zod'
import type { GivenOptions } from '../asking/alone.js'
import { WordsOptions } from '../asking/asking-options.js'
import { type Language, TaskPrompt } from '../asking/task-prompt.js'

/** The two tasks of `ai.ground`: to list the claims of a text, and to compare them with a source. */
export type GroundTask = 'claims' | 'verdicts'

const fields = fieldsOf(
  {
    /** `claims` splits a text into claims; `verdicts` compares claims with a source. */
    task: z.enum(['claims', 'verdicts']),
    /** The variable of the text, or of the claims. @default 'text' */
    input: column().default('text'),
    /** The variable of the source. @default 'source' */
    source: column().default('source'),
  },
  WordsOptions,
)

/** The options of the prompt `ai.ground.prompt`. */
export type GroundPromptOptions = GivenOptions<typeof fields>

const words: Readonly<Record<GroundTask, Readonly<Record<Language, string>>>> = {
  claims: {
    en: 'Take the text apart into single claims, each a sentence that is understood alone. Answer with JSON.',
    zh: '请把文本拆成单个论断，每个论断是一句可以独立理解的话。以 JSON 回答。',
  },
  verdicts: {
    en: 'Say of each numbered claim whether the source supports it, contradicts it, or says nothing of it ("not-found"). "evidence" is the sentence of the source that says so, word for word, and empty where nothing does. What is true but not in the source is "not-found". Answer with JSON.',
    zh: '请逐条说明来源是支持该论断（"supported"）、与之矛盾（"contradicted"），还是没有提到（"not-found"）。"evidence" 是来源中的原句，逐字引用，没有则为空。即使属实，来源中没有的也是 "not-found"。以 JSON 回答。',
  },
}

/** The prompts of `ai.ground`: one splits a text into claims, the other compares claims with a source. */
export class GroundPrompt extends TaskPrompt {
  constructor({ task, input = 'text', source = 'source', language = 'en', instructions }: GroundPromptOptions) {
    const inputs: Record<string, string> = task === 'claims' ? { text: input } : { source, claims: input }
    super({ task: [words[task][language], instructions], inputs, language })
  }
}

/** `ai.ground.prompt` */
export const groundPrompt = definePrompt({
  name: 'ai.ground.prompt',
  description: 'Asks what a text claims, or which claims a source supports',
  options: fields,
  create: (given) => new GroundPrompt(given),
})

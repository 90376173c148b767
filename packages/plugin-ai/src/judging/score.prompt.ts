import { column, definePrompt, fieldsOf } from '@maestro-dataflow/core'
import { z } from 'zod'
import type { GivenOptions } from '../asking/alone.js'
import { examplesOption, nameOption, WordsOptions } from '../asking/asking-options.js'
import { type Language, TaskPrompt } from '../asking/task-prompt.js'

/** The criterion: a text, or the meaning of some scores. */
export const scoreCriterionOption = z.union([
  nameOption,
  z
    .record(z.string(), z.string())
    .refine(
      (given) => Object.keys(given).every((score) => score.trim() !== '' && Number.isFinite(Number(score))),
      'numbers are expected: { 1: "off the point", 5: "answers all" }',
    ),
])

const fields = fieldsOf(
  {
    /** The column of the text. */
    input: column(),
    /** The criterion: a text, or the meaning of some scores. */
    criterion: scoreCriterionOption,
    /** The lowest score. @default 1 */
    min: z.number().optional(),
    /** The highest score. @default 5 */
    max: z.number().optional(),
    /** Texts with the expected scores. */
    examples: examplesOption,
  },
  WordsOptions,
)

/** The options of the prompt `ai.score.prompt`. */
export type ScorePromptOptions = GivenOptions<typeof fields>

const words: Readonly<Record<Language, (min: number, max: number) => string>> = {
  en: (min, max) => `Score the text from ${min} (worst) to ${max} (best), by what follows. Answer with JSON.`,
  zh: (min, max) => `请按以下标准给文本打分，从${min}（最差）到${max}（最好），以 JSON 回答。`,
}

/** The prompt of `ai.score`: the criterion, and the text as data. */
export class ScorePrompt extends TaskPrompt {
  constructor({ input, criterion, min = 1, max = 5, examples, language = 'en', instructions }: ScorePromptOptions) {
    const meanings =
      typeof criterion === 'string'
        ? criterion
        : Object.entries(criterion)
            .map(([score, meaning]) => `- ${score}: ${meaning}`)
            .join('\n')
    super({
      task: [words[language](min, max), meanings, instructions],
      inputs: { text: input },
      examples: examples?.map(({ input, output }) => ({
        input,
        output: typeof output === 'number' ? { score: output } : output,
      })),
      language,
    })
  }
}

/** `ai.score.prompt` */
export const scorePrompt = definePrompt({
  name: 'ai.score.prompt',
  description: 'Asks for a score by a criterion',
  options: fields,
  create: (given) => new ScorePrompt(given),
})

import { definePrompt } from '@maestro-dataflow/core'
import { z } from 'zod'
import { examplesOption, nameOption, wordsOptions } from '../asking/asking-options.js'
import { type Language, TaskPrompt } from '../asking/task-prompt.js'

/** What is judged: in words, or what each of some scores means. */
export const scoreCriterionOption = z.union([
  nameOption,
  z
    .record(z.string(), z.string())
    .refine(
      (given) => Object.keys(given).every((score) => score.trim() !== '' && Number.isFinite(Number(score))),
      'numbers are expected: { 1: "off the point", 5: "answers all" }',
    ),
])

const options = z.strictObject({
  input: nameOption,
  criterion: scoreCriterionOption,
  min: z.number().optional(),
  max: z.number().optional(),
  examples: examplesOption,
  ...wordsOptions,
})

export type ScorePromptOptions = z.output<typeof options>

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
  options,
  create: (given) => new ScorePrompt(given),
})

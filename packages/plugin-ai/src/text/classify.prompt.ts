import { column, definePrompt, fieldsOf } from '@maestro-dataflow/core'
import { z } from 'zod'
import type { GivenOptions } from '../asking/alone.js'
import { examplesOption, WordsOptions } from '../asking/asking-options.js'
import { type Language, TaskPrompt } from '../asking/task-prompt.js'

const label = z.string().trim().min(1)

/** The names of the labels, or the names with their meanings. At least two labels are required. */
export const labelsOption = z
  .union([z.array(label), z.record(label, z.string())])
  .refine((labels) => labelNames(labels).length > 1, 'at least two labels are expected')
  .refine((labels) => new Set(labelNames(labels)).size === labelNames(labels).length, 'each label may occur only once')

const fields = fieldsOf(
  {
    /** The column of the text. */
    input: column(),
    /** The labels, or the labels with the meaning of each. */
    labels: labelsOption,
    /** Whether a text may have several labels, or none. @default false */
    multi: z.boolean().optional(),
    /** Texts with the expected labels. */
    examples: examplesOption,
  },
  WordsOptions,
)

/** The options of the prompt `ai.classify.prompt`. */
export type ClassifyPromptOptions = GivenOptions<typeof fields>

/** The tasks for one label and for several, and the heading of the labels. */
export type ClassifyWords = Readonly<
  Record<Language, { readonly one: string; readonly several: string; readonly labels: string }>
>

const words: ClassifyWords = {
  en: {
    one: 'Classify the text: choose the one label that fits it best. Answer with JSON.',
    several: 'Classify the text: choose every label that fits it, or none. Answer with JSON.',
    labels: 'The labels:',
  },
  zh: {
    one: '对文本进行分类：选出最合适的一个标签，以 JSON 回答。',
    several: '对文本进行分类：选出所有合适的标签，也可以一个都不选，以 JSON 回答。',
    labels: '标签：',
  },
}

/** The prompt of `ai.classify`: the labels, and the text as data. */
export class ClassifyPrompt extends TaskPrompt {
  constructor(
    { input, labels, multi = false, examples, language = 'en', instructions }: ClassifyPromptOptions,
    own: ClassifyWords = words,
  ) {
    const { one, several, labels: heading } = own[language]
    const lines = Array.isArray(labels)
      ? labels.map((name) => `- ${name}`)
      : Object.entries(labels).map(([name, meaning]) => (meaning === '' ? `- ${name}` : `- ${name}: ${meaning}`))
    const asAnswer = (output: unknown) => (multi ? { labels: output } : { label: output })
    super({
      task: [multi ? several : one, [heading, ...lines].join('\n'), instructions],
      inputs: { text: input },
      examples: examples?.map(({ input, output }) => ({ input, output: asAnswer(output) })),
      language,
    })
  }
}

export function labelNames(labels: readonly string[] | Readonly<Record<string, string>>): readonly string[] {
  return Array.isArray(labels) ? labels : Object.keys(labels)
}

/** `ai.classify.prompt` */
export const classifyPrompt = definePrompt({
  name: 'ai.classify.prompt',
  description: 'Asks which labels fit a text',
  options: fields,
  create: (given) => new ClassifyPrompt(given),
})

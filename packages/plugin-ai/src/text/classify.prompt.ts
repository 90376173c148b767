import { definePrompt } from '@maestro-dataflow/core'
import { z } from 'zod'
import { examplesOption, nameOption, wordsOptions } from '../asking/asking-options.js'
import { type Language, TaskPrompt } from '../asking/task-prompt.js'
import type { Labels } from './labels.js'

const label = z.string().trim().min(1)

/** The labels: their names, or their names with what each means. At least two. */
export const labelsOption = z
  .union([z.array(label), z.record(label, z.string())])
  .refine(
    (labels) => labelNames(labels).length > 1,
    'at least two labels are expected: with fewer there is nothing to choose',
  )
  .refine((labels) => new Set(labelNames(labels)).size === labelNames(labels).length, 'each label may stand there once')

const options = z.strictObject({
  input: nameOption,
  labels: labelsOption,
  multi: z.boolean().optional(),
  examples: examplesOption,
  ...wordsOptions,
})

export type ClassifyPromptOptions = Omit<z.output<typeof options>, 'labels'> & { readonly labels: Labels }

/** What is asked for one label or several, and what stands above the labels. */
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

/** The prompt of `ai.classify`: which labels there are, and the text as data. */
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
  description: 'Asks which of some labels fit a text',
  options,
  create: (given) => new ClassifyPrompt(given),
})

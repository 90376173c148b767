import { definePrompt } from '@maestro-dataflow/core'
import { z } from 'zod'
import { nameOption, wordsOptions } from '../asking/asking-options.js'
import { ClassifyPrompt, type ClassifyWords, labelsOption } from '../text/classify.prompt.js'
import type { Labels } from '../text/labels.js'

const options = z.strictObject({
  input: nameOption,
  labels: labelsOption,
  multi: z.boolean().optional(),
  ...wordsOptions,
})

export type AnnotatePromptOptions = Omit<z.output<typeof options>, 'labels'> & { readonly labels: Labels }

const words: ClassifyWords = {
  en: {
    one: 'You annotate texts for a dataset, as others do beside you. Choose the one label whose meaning fits what the text itself says, not what you suppose. Answer with JSON.',
    several:
      'You annotate texts for a dataset, as others do beside you. Choose every label whose meaning fits what the text itself says, not what you suppose, or none. Answer with JSON.',
    labels: 'The labels:',
  },
  zh: {
    one: '你正在与他人一起为数据集标注文本。请选出含义与文本内容相符的一个标签，只依据文本本身，不要猜测。以 JSON 回答。',
    several:
      '你正在与他人一起为数据集标注文本。请选出所有含义与文本内容相符的标签，也可以一个都不选，只依据文本本身，不要猜测。以 JSON 回答。',
    labels: '标签：',
  },
}

/** The prompt of `ai.annotate`: which labels there are, and the text as data. */
export class AnnotatePrompt extends ClassifyPrompt {
  constructor(given: AnnotatePromptOptions) {
    super(given, words)
  }
}

/** `ai.annotate.prompt` */
export const annotatePrompt = definePrompt({
  name: 'ai.annotate.prompt',
  description: 'Asks an annotator which of some labels fit a text',
  options,
  create: (given) => new AnnotatePrompt(given),
})

import { column, definePrompt, fieldsOf } from '@maestro-dataflow/core'
import { z } from 'zod'
import type { GivenOptions } from '../asking/alone.js'
import { WordsOptions } from '../asking/asking-options.js'
import { ClassifyPrompt, type ClassifyWords, labelsOption } from '../text/classify.prompt.js'

const fields = fieldsOf(
  {
    /** The column of the text. */
    input: column(),
    /** The labels, or the labels with the meaning of each. */
    labels: labelsOption,
    /** Whether a text may have several labels, or none. @default false */
    multi: z.boolean().optional(),
  },
  WordsOptions,
)

/** The options of the prompt `ai.annotate.prompt`. */
export type AnnotatePromptOptions = GivenOptions<typeof fields>

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

/** The prompt of `ai.annotate`: the labels, and the text as data. */
export class AnnotatePrompt extends ClassifyPrompt {
  constructor(given: AnnotatePromptOptions) {
    super(given, words)
  }
}

/** `ai.annotate.prompt` */
export const annotatePrompt = definePrompt({
  name: 'ai.annotate.prompt',
  description: 'Asks an annotator which labels fit a text',
  options: fields,
  create: (given) => new AnnotatePrompt(given),
})

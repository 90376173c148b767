import {
  type ContentPart,
  column,
  definePrompt,
  fieldsOf,
  imagePart,
  type MediaPart,
  type Message,
  Prompt,
  type PromptVariables,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import type { GivenOptions } from '../asking/alone.js'
import { nameOption, WordsOptions } from '../asking/asking-options.js'
import { type Language, TaskPrompt } from '../asking/task-prompt.js'
import { aiError } from '../errors.js'
import { labelsOption } from '../text/classify.prompt.js'

/** The tasks for a model that sees images. */
export const multimodalTasks = ['describe', 'classify', 'extract', 'ask'] as const
/** A task for a model that sees images. */
export type MultimodalTask = (typeof multimodalTasks)[number]

const fields = fieldsOf(
  {
    /** What to do with the images and texts. @default 'describe' */
    task: z.enum(multimodalTasks).default('describe'),
    /** The column of the images. */
    image: column().optional(),
    /** The column of the text. */
    text: column().optional(),
    /** The variable of the transcript of a recording. */
    transcript: column().optional(),
    /** The question, for `ask`. */
    question: nameOption.optional(),
    /** The labels to choose from, for `classify`. */
    labels: labelsOption.optional(),
    /** The fields to look for, with the meaning of each, for `extract`. */
    fields: z.record(z.string(), z.string()).optional(),
  },
  WordsOptions,
)

/** The options of the prompt `ai.multimodal.prompt`. */
export type MultimodalPromptOptions = GivenOptions<typeof fields>

const words: Readonly<Record<Language, Readonly<Record<MultimodalTask, string>>>> = {
  en: {
    describe: 'Describe what is shown, and what is said of it, in a few sentences.',
    classify: 'Choose the label that fits best. Answer with JSON.',
    extract: 'Find the fields below in what is shown. A field that is not there is null. Answer with JSON.',
    ask: 'Answer the question about what is shown.',
  },
  zh: {
    describe: '请用几句话描述所展示的内容。',
    classify: '请选择最合适的标签，以 JSON 回答。',
    extract: '请从所展示的内容中找出以下字段，没有的字段为 null。以 JSON 回答。',
    ask: '请回答关于所展示内容的问题。',
  },
}

/** The prompt of `ai.multimodal`: the task, the texts of the row as data, and its images. */
export class MultimodalPrompt extends Prompt {
  readonly variables: readonly string[]
  readonly version: string
  readonly #image: string | undefined
  readonly #texts: TaskPrompt

  constructor(given: MultimodalPromptOptions) {
    super()
    const { task = 'describe', image, text, transcript, question, language = 'en', instructions } = given
    this.#image = image
    this.#texts = new TaskPrompt({
      task: [words[language][task], question, listOf(given), instructions],
      inputs: { ...(text === undefined ? {} : { text }), ...(transcript === undefined ? {} : { transcript }) },
      language,
    })
    this.variables = [...new Set([...this.#texts.variables, ...(image === undefined ? [] : [image])])]
    this.version = `${this.#texts.version} ${image ?? ''}`
  }

  override get needs(): readonly ('images' | 'audio')[] {
    return this.#image === undefined ? [] : ['images']
  }

  override format(variables: PromptVariables): string {
    return this.#texts.format(variables)
  }

  /** @throws MAESTRO_AI_EMPTY_INPUT, MAESTRO_PROMPT_VARIABLE_MISSING, MAESTRO_PROMPT_VALUE */
  override messages(variables: PromptVariables): readonly Message[] {
    const messages = this.#texts.messages(variables)
    const image = this.#image
    if (image === undefined) return messages
    const { content } = messages.at(-1) ?? { content: '' }
    const text: readonly ContentPart[] = content === '' ? [] : [{ type: 'text', text: String(content) }]
    const images = mediaOf(variables[image], image).map((data) => imagePart(data))
    return [...messages.slice(0, -1), { role: 'user', content: [...text, ...images] }]
  }
}

/** The description of the labels or the fields. */
function listOf({ labels, fields }: MultimodalPromptOptions): string | undefined {
  if (fields !== undefined) return list(fields)
  if (labels === undefined) return undefined
  return Array.isArray(labels)
    ? labels.map((label) => `- ${label}`).join('\n')
    : list(labels as Readonly<Record<string, string>>)
}

const list = (named: Readonly<Record<string, string>>) =>
  Object.entries(named)
    .map(([name, meaning]) => (meaning === '' ? `- ${name}` : `- ${name}: ${meaning}`))
    .join('\n')

/**
 * The media of a cell: a path of the project, an address, bytes, or a list of them.
 *
 * @throws MAESTRO_AI_EMPTY_INPUT, MAESTRO_AI_MEDIA
 */
export function mediaOf(value: unknown, column: string): readonly MediaPart['data'][] {
  const all = Array.isArray(value) ? value : [value]
  if (all.length === 0) throw aiError('MAESTRO_AI_EMPTY_INPUT', { column })
  return all.map((one) => {
    if (one === null || one === undefined || (typeof one === 'string' && one.trim() === ''))
      throw aiError('MAESTRO_AI_EMPTY_INPUT', { column })
    if (typeof one === 'string' || one instanceof URL || one instanceof Uint8Array) return one
    throw aiError('MAESTRO_AI_MEDIA', { column, found: typeof one })
  })
}

/** `ai.multimodal.prompt` */
export const multimodalPrompt = definePrompt({
  name: 'ai.multimodal.prompt',
  description: 'Asks about images, with the texts that belong to them',
  options: fields,
  create: (given) => new MultimodalPrompt(given),
})

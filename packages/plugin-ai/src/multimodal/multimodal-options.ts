import { column, flag, objectOption, promptOption, servingOption } from '@maestro-dataflow/core'
import { z } from 'zod'
import { nameOption } from '../asking/asking-options.js'
import { schemaOption } from '../asking/json-schema.js'
import { promptsOf } from '../asking/prompt-options.js'
import { labelsOption } from '../text/classify.prompt.js'
import { MultimodalPrompt, multimodalTasks } from './multimodal.prompt.js'

const tasks = [...multimodalTasks, 'ocr', 'transcribe'] as const
/** What `ai.multimodal` can do: the tasks for a model that sees images, reading their text, and transcribing recordings. */
export type MultimodalWork = (typeof tasks)[number]

/** The temporary column with the transcript of a recording. */
export const transcriptColumn = 'transcript'
const transcriptVariables = ({ inputs }: Readonly<Record<string, unknown>>) =>
  (inputs as { readonly audio?: string }).audio === undefined ? [] : ([transcriptColumn] as const)

/** The prompts that `ai.multimodal` accepts. */
export const multimodalPrompts = promptsOf(MultimodalPrompt)

/** The columns of a row's texts, images, and recordings. */
class MediaColumns {
  /** The column of the text. */
  text = column().optional()
  /** The column of the images: paths of the project, addresses, or bytes; a cell may hold a list of them. */
  image = column().optional()
  /** The column of the recordings: paths of the project, addresses, or bytes; a cell may hold a list of them. */
  audio = column().optional()
}

/** The options of `ai.multimodal` in addition to those of the model. */
export class MultimodalOptions {
  /**
   * The columns of texts, images, and recordings: `{ text, image, audio }`. Images and recordings are paths of the
   * project, addresses, or bytes; a cell may hold a list of them.
   */
  inputs = objectOption(MediaColumns).refine(
    (given) => Object.values(given).some((name) => name !== undefined),
    'at least one column is expected',
  )
  /**
   * A language model does `describe`, `classify` (one of `labels`), `extract` (data of a `schema`), and `ask` (the
   * `question`). `ocr` reads the text on images with Tesseract, in this process; `transcribe` asks a transcription
   * serving.
   *
   * @default 'describe'
   */
  task = z.enum(tasks).default('describe')
  /** The question, for `ask`. */
  question = nameOption.optional()
  /** The closed set of labels, for `classify`: `['cat', 'dog']`, or with meanings, `{ cat: 'a cat', dog: '' }`. */
  labels = labelsOption.optional()
  /** The data to look for, for `extract`. Its properties become columns, or one column with `output`. */
  schema = schemaOption.optional()
  /** The column of the answer. For `ocr`, `<output>_confidence` is added too. @default 'multimodal_result' */
  output = nameOption.optional()
  /**
   * For `ocr`: languages by their Tesseract names. Each is an npm package: `@tesseract.js-data/eng`.
   *
   * @default ['eng']
   */
  languages = z.array(nameOption).min(1).default(['eng'])
  /**
   * For `ocr`: whether to add `<output>_words`, each word with its confidence and its place in pixels.
   *
   * @default false
   */
  words = flag()
  /** The name of the transcription model in the config, for a column of recordings. @default 'transcription' */
  transcription = servingOption().default('transcription')
  /** The spoken language as an ISO 639-1 code: `en`, `zh`. @default detected by the model */
  spoken = nameOption.optional()
  /**
   * A prompt that replaces the operator's own. It names its columns itself; `transcript` is the transcript of a
   * recording.
   */
  prompt = promptOption({ allowed: multimodalPrompts, variables: transcriptVariables }).optional()
}

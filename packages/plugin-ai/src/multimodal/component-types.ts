import type { Column, Prompt, PromptReference, Sampling, Schema, ServingName, With } from '@maestro-dataflow/core'
import type { OutputNameOf, Words } from '../asking/component-types.js'
import type { LabelOf, Labels } from '../text/labels.js'
import type { MultimodalWork } from './multimodal.js'
import type { MultimodalPromptOptions } from './multimodal.prompt.js'
import type { RecognizedWord } from './text-recognition.js'

/** Options of `ai.multimodal`. */
export interface MultimodalOptions<Row> extends Words, Sampling {
  /**
   * The columns with texts, images and recordings. Images and recordings are paths of the project, addresses, or bytes; a
   * cell may hold a list of them.
   */
  readonly inputs: { readonly text?: Column<Row>; readonly image?: Column<Row>; readonly audio?: Column<Row> }
  /**
   * `describe`, `classify` (one of `labels`), `extract` (data of a `schema`), `ask` (the `question`): by a language model;
   * `ocr`: the text on images, by Tesseract in this process; `transcribe`: what is said, by a transcription serving.
   *
   * @default 'describe'
   */
  readonly task?: MultimodalWork
  /** What is asked, for `ask`. */
  readonly question?: string
  /** The closed set of labels, for `classify`. */
  readonly labels?: Labels
  /** The data that are wanted, for `extract`. Its properties become columns, or with `output` one column. */
  readonly schema?: Schema
  /** The column of the answer; for `ocr` `<output>_confidence` stands beside it. @default 'multimodal_result' */
  readonly output?: string
  /** For `ocr`: languages by Tesseract's names; each is an npm package, `@tesseract.js-data/eng`. @default ['eng'] */
  readonly languages?: readonly string[]
  /** For `ocr`: adds `<output>_words`, each word with its confidence and place in pixels. @default false */
  readonly words?: boolean
  /** The transcription model's name in the config, where there is a column of recordings. @default 'transcription' */
  readonly transcription?: ServingName
  /** The language that is spoken, as ISO 639-1: `en`, `zh`. @default found by the model */
  readonly spoken?: string
  /** The language model's name in the config; it must take images where there is a column of them. @default 'default' */
  readonly serving?: ServingName
  /** Whether rows that ask the very same share one answer. @default true */
  readonly shareAnswers?: boolean
  /** Asks about the columns instead of the operator's own words. */
  readonly prompt?: Prompt | PromptReference<Row>
}

type Extracted<Options> = Options extends { readonly output: infer Name extends string }
  ? Record<Name, unknown>
  : Options extends { readonly schema: Schema<infer _Input, infer Output extends object> }
    ? Output
    : Record<string, unknown>

type Worked<Options, Output extends string> = Options extends { readonly task: 'ocr' }
  ? Record<Output, string> &
      Record<`${Output}_confidence`, number> &
      (Options extends { readonly words: true } ? Record<`${Output}_words`, readonly RecognizedWord[]> : unknown)
  : Options extends { readonly task: 'extract' }
    ? Extracted<Options>
    : Options extends { readonly task: 'classify'; readonly labels: infer Given }
      ? Record<Output, LabelOf<Given>>
      : Record<Output, string>

declare module '@maestro-dataflow/core' {
  interface OperatorOptions<Row> {
    'ai.multimodal': MultimodalOptions<Row>
  }
  interface OperatorOutput<Row, Options> {
    'ai.multimodal': With<Row, Worked<Options, OutputNameOf<Options, 'multimodal_result'>>>
  }
  interface PromptTypes<Row> {
    'ai.multimodal.prompt': MultimodalPromptOptions
  }
}

import type { RowFunction, Schema, With } from '@maestro-dataflow/core'
import type { OutputName } from '../asking/output-name.js'
import type { LabelOf } from '../text/labels.js'
import type { RecognizedWord } from './text-recognition.js'

/** The row with the answer of the task. */
export interface MultimodalRow extends RowFunction {
  readonly row: With<this['before'], Worked<this['options'], OutputName<this['options'], 'multimodal_result'>>>
}
type Worked<Options, Output extends string> = Options extends { readonly task: 'ocr' }
  ? Record<Output, string> &
      Record<`${Output}_confidence`, number> &
      (Options extends { readonly words: true } ? Record<`${Output}_words`, readonly RecognizedWord[]> : unknown)
  : Options extends { readonly task: 'extract' }
    ? Extracted<Options>
    : Options extends { readonly task: 'classify'; readonly labels: infer Given }
      ? Record<Output, LabelOf<Given>>
      : Record<Output, string>
type Extracted<Options> = Options extends { readonly schema: Schema<infer _Input, infer Answer> }
  ? Options extends { readonly output: infer Name extends string }
    ? Record<Name, Answer>
    : Answer
  : Record<string, unknown>

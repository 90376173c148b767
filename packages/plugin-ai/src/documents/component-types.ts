import type { Column, With } from '@maestro-dataflow/core'
import type { ChunkUnit } from './measure.js'
import type { ChunkStrategy } from './split-text.js'

/** Options of `ai.chunk`. */
export interface ChunkOptions<Row> {
  /** The column with the text. */
  readonly input: Column<Row>
  /**
   * Where it is cut. `fixed`: at the size, whatever stands there; `sentence`, `paragraph`: at the last end of one that
   * fits; `recursive`: of a paragraph, else of a line, else of a sentence; `markdown`: the same, under one heading each.
   * Where none fits it is cut between words, or else characters.
   *
   * @default 'recursive'
   */
  readonly strategy?: ChunkStrategy
  /** What a chunk has at most. @default 1000 */
  readonly size?: number
  /** What a chunk repeats of the one before at most; less than `size`. @default 0 */
  readonly overlap?: number
  /** Characters as JavaScript counts them, or tokens, estimated from the script. @default 'characters' */
  readonly unit?: ChunkUnit
  /** The column of the chunk; `<output>_index`, `_start` and `_end` stand beside it. @default the column of the text */
  readonly output?: string
}

type ChunkColumn<Options> = Options extends { readonly output: infer Name extends string }
  ? Name
  : Options extends { readonly input: infer Name extends string }
    ? Name
    : never

type Chunked<Name extends string, Options> = Record<Name, string> &
  Record<`${Name}_${'index' | 'start' | 'end'}`, number> &
  (Options extends { readonly strategy: 'markdown' } ? Record<`${Name}_headings`, readonly string[]> : unknown)

declare module '@maestro-dataflow/core' {
  interface OperatorOptions<Row> {
    'ai.chunk': ChunkOptions<Row>
  }
  interface OperatorOutput<Row, Options> {
    'ai.chunk': With<Row, Chunked<ChunkColumn<Options>, Options>>
  }
}

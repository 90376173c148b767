import type { Column, ServingName, With } from '@maestro-dataflow/core'
import type { OutputOf } from '../asking/component-types.js'
import type { MatchOutcome } from './match.js'
import type { Metric } from './metrics.js'
import type { Vector } from './vector.js'

/** Options of `ai.embed`. */
export interface EmbedOptions<Row> {
  /** The column whose text is embedded. @default 'text' */
  readonly input?: Column<Row>
  /** @default 'embedding' */
  readonly output?: string
  /** The embedding model's name in the config. @default 'embedder' */
  readonly serving?: ServingName
  /** Goes before each text, for models that tell queries and passages apart: `'query: '`. */
  readonly prefix?: string
  /** Rows of one call. @default the serving's, or 64 */
  readonly batchSize?: number
}

/** Options of `ai.similarity`. */
export type SimilarityOptions<Row> = {
  /** A column with vectors, as `ai.embed` makes them. */
  readonly input: Column<Row>
  /** Of `l2`, a distance, less is nearer; of the others, more. @default 'cosine' */
  readonly metric?: Metric
  /** @default 'similarity' */
  readonly output?: string
  /** Goes before a reference text. */
  readonly prefix?: string
  /** The embedding model for a reference text. @default 'embedder' */
  readonly serving?: ServingName
} & (
  | { /** Another column with vectors. */ readonly with: Column<Row>; readonly reference?: undefined }
  | {
      /** A text, which is embedded once, or a vector. */ readonly reference: string | Vector
      readonly with?: undefined
    }
)

/** Options of `ai.match`. */
export interface MatchOptions<Row> {
  /** A column with vectors, as `ai.embed` makes them. */
  readonly input: Column<Row>
  /** Texts, or rows of another source. */
  readonly references: readonly string[] | readonly Readonly<Record<string, unknown>>[]
  /** Of rows: the column that is compared, a vector or a text. */
  readonly column?: string
  /** The least cosine similarity of a match, -1 to 1. @default 0.7 */
  readonly threshold?: number
  /** The nearest reference, or null; `<output>_score` and `<output>_outcome` stand beside it. @default 'match' */
  readonly output?: string
  /** Goes before each reference text. */
  readonly prefix?: string
  /** The embedding model for reference texts. @default 'embedder' */
  readonly serving?: ServingName
}

type ReferenceOf<Options> = Options extends { readonly references: readonly (infer Reference)[] } ? Reference : never

type Matched<Name extends string, Reference> = Record<Name, Reference | null> &
  Record<`${Name}_score`, number> &
  Record<`${Name}_outcome`, MatchOutcome>

declare module '@maestro-dataflow/core' {
  interface OperatorOptions<Row> {
    'ai.embed': EmbedOptions<Row>
    'ai.similarity': SimilarityOptions<Row>
    'ai.match': MatchOptions<Row>
  }
  interface OperatorOutput<Row, Options> {
    'ai.embed': With<Row, Record<OutputOf<Options, 'embedding'>, Float32Array>>
    'ai.similarity': With<Row, Record<OutputOf<Options, 'similarity'>, number>>
    'ai.match': With<Row, Matched<OutputOf<Options, 'match'>, ReferenceOf<Options>>>
  }
}

import type {
  Column,
  Prompt,
  PromptReference,
  Sampling,
  ServingName,
  SourceReference,
  SourceRow,
  With,
} from '@maestro-dataflow/core'
import type { OutputNameOf } from '../asking/component-types.js'
import type { Language } from '../asking/task-prompt.js'
import type { ClusterPromptOptions } from './cluster.prompt.js'
import type { MatchOutcome } from './match.js'
import type { Metric } from './metrics.js'
import type { Vector } from './vector.js'

/** Options of `ai.embed`. */
export interface EmbedOptions<Row> {
  /** The column whose text is embedded. @default 'text' */
  readonly input?: Column<Row>
  /** The column of the vector. @default 'embedding' */
  readonly output?: string
  /** The embedding model's name in the config. @default 'embedder' */
  readonly embedder?: ServingName
  /** Goes before each text, for models that tell queries and passages apart: `'query: '`. */
  readonly prefix?: string
  /** Rows of one call. @default the serving's, or 64 */
  readonly batchSize?: number
}

/** Options of `ai.similarity`. */
export type SimilarityOptions<Row> = {
  /** Of `l2`, a distance, less is nearer; of the others, more. @default 'cosine' */
  readonly metric?: Metric
  /** The column of the number. @default 'similarity' */
  readonly output?: string
  /** Goes before a reference text. */
  readonly prefix?: string
  /** The embedding model for a reference text. @default 'embedder' */
  readonly embedder?: ServingName
} & (
  | {
      /** Two columns with vectors, as `ai.embed` makes them. */
      readonly inputs: readonly [Column<Row>, Column<Row>]
      readonly input?: undefined
      readonly reference?: undefined
    }
  | {
      /** A column with vectors, as `ai.embed` makes them. */
      readonly input: Column<Row>
      /** What they are compared with: a text, which is embedded once, or a vector. */
      readonly reference: string | Vector
      readonly inputs?: undefined
    }
)

/** Options of `ai.match`. */
export interface MatchOptions<Row> {
  /** A column with vectors, as `ai.embed` makes them. */
  readonly input: Column<Row>
  /** Texts, rows in code, or another source, `{ use, ...options }`. They are held in memory. */
  readonly references: readonly string[] | readonly Readonly<Record<string, unknown>>[] | SourceReference
  /** Of rows: the column that `input` is compared with, a vector or a text. */
  readonly on?: string
  /** The least cosine similarity of a match, -1 to 1. @default 0.7 */
  readonly threshold?: number
  /** The nearest reference, or null; `<output>_score` and `<output>_outcome` stand beside it. @default 'match' */
  readonly output?: string
  /** Goes before each reference text. */
  readonly prefix?: string
  /** The embedding model for reference texts. @default 'embedder' */
  readonly embedder?: ServingName
}

/** Options of `ai.dedupe-semantic`. */
export interface DedupeSemanticOptions<Row> {
  /** A column with vectors, as `ai.embed` makes them. */
  readonly input: Column<Row>
  /** The least cosine of rows that are the same, -1 to 1. @default 0.95 */
  readonly threshold?: number
  /** A column with numbers: of rows that are the same, the one with the largest stays. @default the first stays */
  readonly score?: Column<Row>
  /** The column of the ids of rows that went. @default 'duplicates' */
  readonly output?: string
}

/** Options of `ai.select-diverse`. */
export type SelectDiverseOptions<Row> = {
  /** A column with vectors, as `ai.embed` makes them. */
  readonly input: Column<Row>
} & (
  | {
      /** Rows that are kept. */
      readonly count: number
      readonly fraction?: undefined
    }
  | {
      /** The share of the rows that is kept, 0 to 1. */
      readonly fraction: number
      readonly count?: undefined
    }
)

/** Options of `ai.cluster`. */
export interface ClusterOptions<Row> extends Sampling {
  /** A column with vectors, as `ai.embed` makes them. */
  readonly input: Column<Row>
  /** How many clusters; or from and to, of which the number that fits best is taken. */
  readonly clusters: number | readonly [from: number, to: number]
  /** The same seed gives the same clusters, and goes to the model that names them. @default 0 */
  readonly seed?: number
  /** The column of the cluster's number, from 0; `<output>_distance` says how far its middle is. @default 'cluster' */
  readonly output?: string
  /** The column of texts that clusters are named by, into `<output>_name`; one call a cluster. @default no names */
  readonly nameBy?: Column<Row>
  /** The language model's name in the config. @default 'default' */
  readonly serving?: ServingName
  /** What a model is asked about `texts` instead of the operator's own words. */
  readonly prompt?: Prompt | PromptReference<Row>
  /** The language of the operator's own words. @default 'en' */
  readonly language?: Language
}

type Clustered<Options, Output extends string> = Record<Output | `${Output}_distance`, number> &
  (Options extends { readonly nameBy: string } ? Record<`${Output}_name`, string> : unknown)

type ReferenceOf<Options> = Options extends { readonly references: readonly (infer Reference)[] }
  ? Reference
  : Options extends { readonly references: infer Given }
    ? SourceRow<Given>
    : never

type Matched<Name extends string, Reference> = Record<Name, Reference | null> &
  Record<`${Name}_score`, number> &
  Record<`${Name}_outcome`, MatchOutcome>

declare module '@maestro-dataflow/core' {
  interface OperatorOptions<Row> {
    'ai.embed': EmbedOptions<Row>
    'ai.similarity': SimilarityOptions<Row>
    'ai.match': MatchOptions<Row>
    'ai.dedupe-semantic': DedupeSemanticOptions<Row>
    'ai.select-diverse': SelectDiverseOptions<Row>
    'ai.cluster': ClusterOptions<Row>
  }
  interface OperatorOutput<Row, Options> {
    'ai.dedupe-semantic': With<Row, Record<OutputNameOf<Options, 'duplicates'>, readonly string[]>>
    'ai.select-diverse': Row
    'ai.cluster': With<Row, Clustered<Options, OutputNameOf<Options, 'cluster'>>>
    'ai.embed': With<Row, Record<OutputNameOf<Options, 'embedding'>, Float32Array>>
    'ai.similarity': With<Row, Record<OutputNameOf<Options, 'similarity'>, number>>
    'ai.match': With<Row, Matched<OutputNameOf<Options, 'match'>, ReferenceOf<Options>>>
  }
  interface PromptTypes<Row> {
    'ai.cluster.prompt': ClusterPromptOptions
  }
}

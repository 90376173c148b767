import type {
  Column,
  Prompt,
  PromptReference,
  Sampling,
  ServingName,
  VectorStoreName,
  With,
} from '@maestro-dataflow/core'
import type { OutputNameOf, WordsWithExamples } from '../asking/component-types.js'
import type { Language } from '../asking/task-prompt.js'
import type { Passage } from './passage.js'
import type { RetrievalMethod } from './passage-search.js'
import type { RagOutcome } from './rag.js'
import type { RagPromptOptions } from './rag.prompt.js'
import type { RagEvalGap, RagMetric } from './rag-eval.js'
import type { RagEvalPromptOptions } from './rag-eval.prompt.js'
import type { RetrievePromptOptions } from './retrieve.prompt.js'

type Flat = string | number | boolean | null

/** How passages are looked for. */
export interface RetrievalSettings<Row> {
  /**
   * `vector`: by the nearness of vectors; `keyword`: by words, ranked by BM25; `hybrid`: by both, fused by their ranks.
   * By words all texts of the store are read into memory once.
   *
   * @default 'vector'
   */
  readonly method?: RetrievalMethod
  /** What the metadata of passages must be. */
  readonly filter?: Readonly<Record<string, Flat>>
  /** The same, with values from the row: names of metadata, and the columns that say what they must be. */
  readonly filterBy?: Readonly<Record<string, Column<Row>>>
  /** The least score of nearness of a passage that was found by its vector. @default none */
  readonly threshold?: number
  /** Goes before a query when it is embedded, for models that tell queries and passages apart. */
  readonly prefix?: string
  /** The constant of reciprocal rank fusion: larger ones give the first places less weight. @default 60 */
  readonly fusion?: number
  /**
   * Chooses passages that are not near to each other, by maximal marginal relevance, among `candidates` (by default
   * four for each that is wanted). `lambda` is the weight of relevance, 0 to 1, by default 0.5. Embeds the candidates.
   */
  readonly mmr?: { readonly lambda?: number; readonly candidates?: number }
  /**
   * Scores `candidates` anew (by default four for each that is wanted): `method: 'rerank'` with a model made for it, `'llm'`
   * with a language model, one call a candidate.
   */
  readonly rerank?: { readonly serving: ServingName; readonly method?: 'rerank' | 'llm'; readonly candidates?: number }
  /** The embedding model's name in the config. @default 'embedder' */
  readonly embedder?: ServingName
  /** Characters of a query at most; rows with longer ones are rejected. @default 10000 */
  readonly maxQueryLength?: number
}

/** Options of `ai.retrieve`. */
export interface RetrieveOptions<Row> extends RetrievalSettings<Row>, Sampling {
  /** The column with the query. @default 'query' */
  readonly input?: Column<Row>
  /** The vector store's name in the config. */
  readonly store: VectorStoreName
  /** Passages of a query. @default 5 */
  readonly passages?: number
  /** The column of the passages: a list of `{ id, text, score, document, metadata }`, best first. @default 'passages' */
  readonly output?: string
  /** What a language model that reranks is asked about `query` and `passage`. @default `ai.retrieve.prompt` */
  readonly prompt?: Prompt<'query' | 'passage'> | PromptReference<Row>
  /** The language of that prompt's own words. @default 'en' */
  readonly language?: Language
  /** Queries that are looked for at once. @default 64 */
  readonly batchSize?: number
}

/** Options of `ai.rag`. */
export interface RagOptions<Row> extends RetrievalSettings<Row>, WordsWithExamples, Sampling {
  /** The vector store's name in the config. Not with `retrieved`. */
  readonly store?: VectorStoreName
  /** The column that `ai.retrieve` has filled, instead of a store. */
  readonly retrieved?: Column<Row>
  /** The column with the question. @default 'query' */
  readonly input?: Column<Row>
  /** The column of the passages as the model saw them, numbered. @default 'context' */
  readonly context?: string
  /**
   * The column of the answer, null where the passages do not hold it. `<output>_outcome` says `answered` or
   * `not-in-sources`, `<output>_citations` the ids of the passages that the answer rests on. @default 'answer'
   */
  readonly output?: string
  /** Passages of a question. @default 5 */
  readonly passages?: number
  /** Tokens of the passages together, estimated from the script. @default half of what the model reads, 2000 at most */
  readonly passageTokens?: number
  /** The language model's name in the config. @default 'default' */
  readonly serving?: ServingName
  /** Whether rows that ask the very same share one answer. @default true */
  readonly shareAnswers?: boolean
  /** Asks about the columns of question and context instead of the operator's own words. */
  readonly prompt?: Prompt | PromptReference<Row>
}

/** Options of `ai.rag-eval`. */
export interface RagEvalOptions<Row> extends Sampling {
  /** What is measured; each becomes a column `<output>_<metric>`, 0 to 1. @default ['faithfulness', 'relevance'] */
  readonly metrics?: readonly RagMetric[]
  /** The columns that are measured. */
  readonly inputs?: {
    /** The question. @default 'query' */
    readonly query?: Column<Row>
    /** The answer; null counts as none. @default 'answer' */
    readonly answer?: Column<Row>
    /** The context that the answer was made from. @default 'context' */
    readonly context?: Column<Row>
    /** An answer that is known to be right, for `recall`. */
    readonly reference?: Column<Row>
    /** The passages that were found, for `hits` and `rank`. @default 'passages' */
    readonly passages?: Column<Row>
    /** The ids of passages that are known to be right, for `hits` and `rank`. */
    readonly relevant?: Column<Row>
  }
  /** What the names of columns begin with; `<output>_gaps` says why a metric is null. @default 'rag' */
  readonly output?: string
  /** The language model's name in the config. @default 'default' */
  readonly serving?: ServingName
  /** The embedding model's name in the config, for `relevance`. @default 'embedder' */
  readonly embedder?: ServingName
  /** The language of the task's own words. @default 'en' */
  readonly language?: Language
  /** What is asked about the claims of `text` and their `context`, instead of the operator's own words. */
  readonly prompt?: Prompt<'text' | 'context'> | PromptReference<Row>
  /** What is asked about `text`, an answer, for the questions that it answers, instead of the operator's own words. */
  readonly questionsPrompt?: Prompt<'text'> | PromptReference<Row>
}

type Named<Options, Key extends string, Default extends string> = Options extends {
  readonly [K in Key]: infer Name extends string
}
  ? Name
  : Default

type Answered<Context extends string, Answer extends string> = Record<Context, string> &
  Record<Answer, string | null> &
  Record<`${Answer}_citations`, readonly string[]> &
  Record<`${Answer}_outcome`, RagOutcome>

type MetricOf<Options> = Options extends { readonly metrics: readonly (infer Metric extends string)[] }
  ? Metric
  : 'faithfulness' | 'relevance'

declare module '@maestro-dataflow/core' {
  interface OperatorOptions<Row> {
    'ai.retrieve': RetrieveOptions<Row>
    'ai.rag': RagOptions<Row>
    'ai.rag-eval': RagEvalOptions<Row>
  }
  interface OperatorOutput<Row, Options> {
    'ai.retrieve': With<Row, Record<OutputNameOf<Options, 'passages'>, readonly Passage[]>>
    'ai.rag': With<Row, Answered<Named<Options, 'context', 'context'>, OutputNameOf<Options, 'answer'>>>
    'ai.rag-eval': With<
      Row,
      Record<`${OutputNameOf<Options, 'rag'>}_${MetricOf<Options>}`, number | null> &
        Record<`${OutputNameOf<Options, 'rag'>}_gaps`, Readonly<Partial<Record<RagMetric, RagEvalGap>>>>
    >
  }
  interface PromptTypes<Row> {
    'ai.retrieve.prompt': RetrievePromptOptions
    'ai.rag.prompt': RagPromptOptions
    'ai.rag-eval.prompt': RagEvalPromptOptions
  }
}

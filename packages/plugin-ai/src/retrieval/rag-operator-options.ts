import type {
  EmbeddingServing,
  LLMServing,
  Prompt,
  RerankServing,
  RowStorage,
  VectorStore,
} from '@maestro-dataflow/core'
import type { TaskExample } from '../asking/task-prompt.js'
import type { RagFields } from './rag-options.js'

/** The options of a `RAGOperator`. */
export interface RAGOperatorOptions {
  readonly llmServing: LLMServing
  /** A vector store, or a storage whose rows have `text` and `embedding`. It is not needed with `retrieved`. */
  readonly knowledgeBaseStorage?: VectorStore | RowStorage | (() => Promise<VectorStore>) | undefined
  /**
   * Embeds queries. It is not needed if the rows have a column `query_embedding`, with `method: 'keyword'`, or with
   * `retrieved`.
   */
  readonly embedder?: EmbeddingServing | undefined
  /** @default 'query' */
  readonly queryColumn?: string | undefined
  /** @default 'context' */
  readonly contextColumn?: string | undefined
  /** @default 'answer' */
  readonly answerColumn?: string | undefined
  /** The number of passages for each question, under the option's name in the Python original. @default 5 */
  readonly topK?: number | undefined
  /**
   * The maximum number of tokens of all passages together, estimated from the script.
   *
   * @default half of the model's context, at most 2000
   */
  readonly passageTokens?: number | undefined
  /** The column that `ai.retrieve` filled, instead of a knowledge base. */
  readonly retrieved?: string | undefined
  readonly method?: RagFields['method'] | undefined
  readonly filter?: RagFields['filter'] | undefined
  readonly filterBy?: RagFields['filterBy'] | undefined
  readonly threshold?: number | undefined
  readonly prefix?: string | undefined
  readonly fusion?: number | undefined
  readonly mmr?: RagFields['mmr'] | undefined
  readonly rerank?:
    | { readonly serving: RerankServing | LLMServing; readonly candidates?: number | undefined }
    | undefined
  readonly maxQueryLength?: number | undefined
  /** A prompt that replaces the operator's own; a text is a template. */
  readonly prompt?: Prompt | string | undefined
  readonly language?: 'en' | 'zh' | undefined
  readonly instructions?: string | undefined
  readonly examples?: readonly TaskExample[] | undefined
  readonly temperature?: number | undefined
  readonly topP?: number | undefined
  /** The sampling option that operators call `topK`. */
  readonly samplingTopK?: number | undefined
  readonly seed?: number | undefined
  readonly stop?: readonly string[] | undefined
  readonly maxTokens?: number | undefined
  readonly shareAnswers?: boolean | undefined
}

import type { RowId } from './row.js'
import type { JsonSchema } from './schema.js'

/** One part of a message. Media is bytes with a type, or an address. */
export type ContentPart =
  | { readonly type: 'text'; readonly text: string }
  | {
      readonly type: 'image' | 'audio' | 'file'
      readonly data: Uint8Array | URL
      readonly mediaType: string
      readonly name?: string
    }

/** One turn of a chat. */
export interface Message {
  readonly role: 'system' | 'user' | 'assistant'
  readonly content: string | readonly ContentPart[]
}

/** How the next token is chosen. What is not set is the model's default. */
export interface Sampling {
  /** 0 is greedy. */
  readonly temperature?: number
  readonly topP?: number
  readonly topK?: number
  readonly seed?: number
  /** Texts that end the answer; they are not part of it. */
  readonly stop?: readonly string[]
  /** Tokens of the answer at most. */
  readonly maxTokens?: number
}

/** One question to a language model. */
export interface LLMRequest extends Sampling {
  readonly messages: readonly Message[]
  /** The answer must be JSON of this schema. */
  readonly schema?: JsonSchema
}

/** Tokens of one call or of many. */
export interface Usage {
  readonly inputTokens: number
  readonly outputTokens: number
  /** Of the input tokens: read from the provider's prefix cache. */
  readonly cachedInputTokens?: number
  /** Of the output tokens: spent on reasoning that is not shown. */
  readonly reasoningTokens?: number
}

export type FinishReason = 'stop' | 'length' | 'content-filter'

/** One answer of a language model. */
export interface LLMResult {
  readonly text: string
  /** The parsed answer, when the request had a schema. */
  readonly object?: unknown
  readonly finishReason: FinishReason
  readonly usage: Usage
  /** Dollars; missing means that the price is not known. */
  readonly cost?: number
  readonly model: string
}

/** What goes with a call besides the request. An operator passes its own context. */
export interface CallOptions {
  readonly signal?: AbortSignal
  /** The run, step and row that the call is for, for accounting. */
  readonly run?: string
  readonly step?: string
  readonly rowId?: RowId
  /** Milliseconds for one call. */
  readonly timeout?: number
}

/** What a serving can do, as data. */
export interface LLMCapabilities {
  /** Answers follow a JSON schema by construction (grammar, native mode). */
  readonly jsonSchema: boolean
  readonly images: boolean
  readonly audio: boolean
  /** Tokens of prompt and answer together; undefined when not known before the model is loaded. */
  readonly contextTokens?: number
}

/** A language model. A provider stays small: one request in, one result or typed error out. */
export interface LLMServing {
  readonly kind: 'llm'
  /** For people and accounting: provider and model. */
  readonly name: string
  readonly capabilities: LLMCapabilities
  /** How many calls this serving works on at once; the rest wait. Undefined: no bound of its own. */
  readonly concurrency?: number
  generate(request: LLMRequest, options?: CallOptions): Promise<LLMResult>
  /** Answers in the order of the requests. */
  generateBatch?(requests: Iterable<LLMRequest>, options?: CallOptions): AsyncIterable<LLMResult>
  dispose?(): Promise<void>
}

export interface EmbeddingResult {
  /** One vector per text, in order. */
  readonly vectors: readonly Float32Array[]
  readonly usage: Usage
  readonly cost?: number
  readonly model: string
}

/** A model that turns texts into vectors. */
export interface EmbeddingServing {
  readonly kind: 'embedding'
  readonly name: string
  /** Length of the vectors; undefined when not known before the first call. */
  readonly dimension?: number
  /** How many texts one call takes at most. */
  readonly batchSize?: number
  embed(texts: readonly string[], options?: CallOptions): Promise<EmbeddingResult>
  dispose?(): Promise<void>
}

/** A model that says how well documents answer a query. */
export interface RerankServing {
  readonly kind: 'rerank'
  readonly name: string
  /** One score per document, in order; higher is better. */
  rerank(
    query: string,
    documents: readonly string[],
    options?: CallOptions,
  ): Promise<{ readonly scores: readonly number[]; readonly usage?: Usage; readonly model: string }>
  dispose?(): Promise<void>
}

/** A model that writes down speech. */
export interface TranscriptionServing {
  readonly kind: 'transcription'
  readonly name: string
  transcribe(
    audio: { readonly data: Uint8Array; readonly mediaType: string },
    options?: CallOptions & { readonly language?: string },
  ): Promise<{ readonly text: string; readonly durationSeconds?: number; readonly model: string }>
  dispose?(): Promise<void>
}

export interface ServingByKind {
  llm: LLMServing
  embedding: EmbeddingServing
  rerank: RerankServing
  transcription: TranscriptionServing
}

export type ServingKind = keyof ServingByKind
export type Serving = ServingByKind[ServingKind]

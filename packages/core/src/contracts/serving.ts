import type { Usage } from '../errors/usage.js'
import type { RowId } from './row.js'
import type { JsonSchema } from './schema.js'
import type { Price, RateLimits } from './serving-settings.js'

export type { Usage } from '../errors/usage.js'

/** One part of a message. */
export type ContentPart = { readonly type: 'text'; readonly text: string } | MediaPart

/** A part of a message that is no text. `imagePart`, `audioPart` and `filePart` make them. */
export interface MediaPart {
  readonly type: 'image' | 'audio' | 'file'
  /**
   * Bytes, the path of a file of the project, a `file:` or `data:` URL, or an address on the web. The serving plane
   * reads them before it asks, so that what a place holds counts and not its name; `readMedia` does so for others.
   */
  readonly data: Uint8Array | URL | string
  /** @default what the bytes say */
  readonly mediaType?: string
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
  /** Chooses among the likeliest tokens that together have this probability. */
  readonly topP?: number
  /** Chooses among so many of the likeliest tokens. */
  readonly topK?: number
  /** The same seed gives the same answer, where the model keeps to it. */
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
  /** The answer must be JSON, of a form that the messages tell: for providers that know no schemas. */
  readonly json?: boolean
  /** Which of several answers to the same question is asked for: 0, 1, 2 ..., or a name for it. @default 0 */
  readonly sample?: number | string
  /** How many of the most likely tokens to tell at each place of the answer; 0 tells the chosen one alone. */
  readonly logprobs?: number
  /** The version of the prompt that the messages come from. Another version is another question. */
  readonly promptVersion?: string
}

/** Why an answer ended: by itself, cut off at the limit of tokens, withheld by a filter, declined by the model. */
export type FinishReason = 'stop' | 'length' | 'content-filter' | 'refusal'

/** One answer of a language model. */
export interface LLMResult {
  readonly text: string
  /** What the model thought before it answered, where the provider or the answer's own tags set it apart. */
  readonly reasoning?: string
  /** The parsed answer, when the request had a schema. */
  readonly object?: unknown
  readonly finishReason: FinishReason
  readonly usage: Usage
  /** Dollars; missing means that the price is not known. */
  readonly cost?: number
  readonly model: string
  /** Where they were asked for and the provider gives them. */
  readonly logprobs?: readonly TokenLogprob[]
  /** What the provider says is left of its limits. */
  readonly rateLimits?: RateLimits
  /** What was odd about the request or the reply and did not cost the answer, such as a setting that was not sent. */
  readonly warnings?: readonly string[]
}

/** How likely a token of an answer was, as a natural logarithm, and the likeliest ones at its place. */
export interface TokenLogprob {
  readonly token: string
  readonly logprob: number
  readonly top: readonly { readonly token: string; readonly logprob: number }[]
}

/** Checks an answer's data: the value to hand on, or what is wrong with it, for people and for the model. */
export type AnswerCheck = (value: unknown) => AnswerVerdict | Promise<AnswerVerdict>

export type AnswerVerdict = { readonly value: unknown } | { readonly issues: readonly string[] }

/** What goes with a call besides the request. An operator passes its own context. */
export interface CallOptions {
  readonly signal?: AbortSignal
  /** The run, step and row that the call is for, for accounting. */
  readonly run?: string
  readonly step?: string
  readonly rowId?: RowId
  /** Milliseconds for one call, with all that is tried again in it. */
  readonly timeout?: number
  /** A provider that streams calls it at each piece that arrives, so that a stall is noticed. */
  readonly onActivity?: () => void
  /** Whether an answer that was cut off counts as finished and is kept for the next time. @default false */
  readonly keepCutOff?: boolean
  /** For requests with a schema: what else the answer has to pass. An answer that does not is sent back to the model. */
  readonly check?: AnswerCheck
}

/** What a serving can do, as data. */
export interface LLMCapabilities {
  /** Answers follow a JSON schema by construction (grammar, native mode). */
  readonly jsonSchema: boolean
  readonly images: boolean
  readonly audio: boolean
  /** Tokens of prompt and answer together; undefined when not known before the model is loaded. */
  readonly contextTokens?: number
  /**
   * The settings of {@link Sampling} that the model does not accept. The serving plane does not send them, and the plan
   * and the report of a run contain a warning where a step or the config sets one.
   *
   * @default none
   */
  readonly unsupportedSettings?: readonly (keyof Sampling)[]
}

/** What every provider says of itself, as data. The serving plane goes by it. */
export interface ServingBase {
  /** For people and accounting: provider and model. */
  readonly name: string
  /** Who answers, such as `openai`, `ollama`, `local`. @default the name */
  readonly provider?: string | undefined
  /** @default the name */
  readonly model?: string | undefined
  /**
   * Whose limits calls count against, such as address and key (a hash of it, never the key): servings of one account
   * are throttled together. @default one of its own
   */
  readonly account?: string | undefined
  /**
   * What changes the answers besides the request: address, model, defaults. Part of the key of the response cache; without
   * it, answers are reused within a run only. No secrets.
   */
  readonly identity?: Readonly<Record<string, unknown>> | undefined
  /** What calls cost, when it is known. Own servers and local models cost 0. */
  readonly price?: Price | undefined
  /** How many calls this serving works on at once; the rest wait. Undefined: no bound of its own. */
  readonly concurrency?: number | undefined
  dispose?(): Promise<void>
}

/** A language model. A provider stays small: one request in, one result or typed error out. */
export interface LLMServing extends ServingBase {
  readonly kind: 'llm'
  readonly capabilities: LLMCapabilities
  generate(request: LLMRequest, options?: CallOptions): Promise<LLMResult>
  /** Answers in the order of the requests. */
  generateBatch?(requests: Iterable<LLMRequest>, options?: CallOptions): AsyncIterable<LLMResult>
}

export interface EmbeddingResult {
  /** One vector per text, in order. */
  readonly vectors: readonly Float32Array[]
  readonly usage: Usage
  readonly cost?: number
  readonly model: string
  readonly rateLimits?: RateLimits
  /** What was odd about the request or the reply and did not cost the answer, such as a setting that was not sent. */
  readonly warnings?: readonly string[]
  /** The places of texts that were longer than the model reads and were cut. */
  readonly truncated?: readonly number[]
}

/** A model that turns texts into vectors. */
export interface EmbeddingServing extends ServingBase {
  readonly kind: 'embedding'
  /** Length of the vectors; undefined when not known before the first call. */
  readonly dimension?: number | undefined
  /** How many texts one call takes at most. */
  readonly batchSize?: number | undefined
  /** How many tokens one call takes at most, of all its texts together. */
  readonly maxBatchTokens?: number | undefined
  embed(texts: readonly string[], options?: CallOptions): Promise<EmbeddingResult>
}

/** A model that says how well documents answer a query. */
export interface RerankServing extends ServingBase {
  readonly kind: 'rerank'
  rerank(query: string, documents: readonly string[], options?: CallOptions): Promise<RerankResult>
}

export interface RerankResult {
  /** One score per document, in order; higher is better. */
  readonly scores: readonly number[]
  readonly usage?: Usage
  readonly cost?: number
  readonly model: string
  readonly rateLimits?: RateLimits
}

/** A model that writes down speech. */
export interface TranscriptionServing extends ServingBase {
  readonly kind: 'transcription'
  transcribe(
    audio: { readonly data: Uint8Array; readonly mediaType: string },
    options?: CallOptions & { readonly language?: string },
  ): Promise<TranscriptionResult>
}

export interface TranscriptionResult {
  readonly text: string
  readonly durationSeconds?: number
  readonly usage?: Usage
  readonly cost?: number
  readonly model: string
  readonly rateLimits?: RateLimits
}

export interface ServingByKind {
  llm: LLMServing
  embedding: EmbeddingServing
  rerank: RerankServing
  transcription: TranscriptionServing
}

export type ServingKind = keyof ServingByKind
export type Serving = ServingByKind[ServingKind]

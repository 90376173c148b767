import type { Usage } from '../errors/usage.js'
import type { RowId } from './row.js'
import type { JsonSchema } from './schema.js'
import type { Price, RateLimits } from './serving-settings.js'

export type { Usage } from '../errors/usage.js'

/** One part of a message. */
export type ContentPart = { readonly type: 'text'; readonly text: string } | MediaPart

/** A part of a message other than text. Create it with `imagePart`, `audioPart`, or `filePart`. */
export interface MediaPart {
  readonly type: 'image' | 'audio' | 'file'
  /**
   * Bytes, the path of a project file, a `file:` or `data:` URL, or a web address. The serving plane reads the file
   * before the call, so that the cache key depends on its content and not its name. Outside the serving plane, use
   * `readMedia`.
   */
  readonly data: Uint8Array | URL | string
  /** @default detected from the bytes */
  readonly mediaType?: string
  readonly name?: string
}

/** One turn of a chat. */
export interface Message {
  readonly role: 'system' | 'user' | 'assistant'
  readonly content: string | readonly ContentPart[]
}

/**
 * The sampling options, which control how the model chooses the next token. An option that is not set has the model's
 * default.
 */
export interface Sampling {
  /** 0 always chooses the most likely token. */
  readonly temperature?: number
  /** Samples from the most likely tokens whose probabilities add up to this value. */
  readonly topP?: number
  /** Samples from this number of the most likely tokens. */
  readonly topK?: number
  /** The same seed gives the same answer, if the model supports it. */
  readonly seed?: number
  /** Texts that end the answer; they are not a part of it. */
  readonly stop?: readonly string[]
  /** The maximum tokens of the answer. */
  readonly maxTokens?: number
}

/** One request to a language model. */
export interface LLMRequest extends Sampling {
  readonly messages: readonly Message[]
  /** The answer must be JSON that matches this schema. */
  readonly schema?: JsonSchema
  /** The answer must be JSON in a form that the messages describe, for providers that do not support schemas. */
  readonly json?: boolean
  /** Identifies one of several answers to the same question: 0, 1, 2 ..., or a name. @default 0 */
  readonly sample?: number | string
  /** The number of most likely tokens to report at each position of the answer; 0 reports only the chosen one. */
  readonly logprobs?: number
  /** The version of the prompt that the messages come from. Another version is another question. */
  readonly promptVersion?: string
}

/**
 * The finish reason of an answer: it is complete, it was cut off at the token limit, a filter withheld it, or the model
 * refused.
 */
export type FinishReason = 'stop' | 'length' | 'content-filter' | 'refusal'

/** One answer of a language model. */
export interface LLMResult {
  readonly text: string
  /** The model's reasoning, if the provider or the answer's own tags mark it. */
  readonly reasoning?: string
  /** The parsed answer, if the request had a schema. */
  readonly object?: unknown
  readonly finishReason: FinishReason
  readonly usage: Usage
  /** Dollars; missing if the price is unknown. */
  readonly cost?: number
  /** The service tier in which the provider answered, such as `flex`, if it is known. It determines the price. */
  readonly tier?: string
  readonly model: string
  /** Present if the request asks for them and the provider returns them. */
  readonly logprobs?: readonly TokenLogprob[]
  /** What the provider reports about its remaining limits. */
  readonly rateLimits?: RateLimits
  /** Warnings about the request or the reply that did not prevent an answer, such as a setting that was not sent. */
  readonly warnings?: readonly string[]
}

/** The probability of a token of an answer, as a natural logarithm, and the most likely tokens at its position. */
export interface TokenLogprob {
  readonly token: string
  readonly logprob: number
  readonly top: readonly { readonly token: string; readonly logprob: number }[]
}

/** Checks the data of an answer. It returns the value to use, or the faults, for people and for the model. */
export type AnswerCheck = (value: unknown) => AnswerVerdict | Promise<AnswerVerdict>

/** The result of a check: the checked value, or what is wrong with the answer. */
export type AnswerVerdict = { readonly value: unknown } | { readonly issues: readonly string[] }

/** What accompanies a request. An operator passes its own context. */
export interface CallOptions {
  readonly signal?: AbortSignal
  /** The run, step, and row of the call, for accounting. */
  readonly run?: string
  readonly step?: string
  readonly rowId?: RowId
  /** The milliseconds for one call, including all attempts. */
  readonly timeout?: number
  /** A provider that streams calls it for each piece that arrives, so that a stall is detected. */
  readonly onActivity?: () => void
  /**
   * A provider that streams calls it with each piece of the answer's text. If it is given, a provider that can stream
   * does so.
   */
  readonly onText?: (text: string) => void
  /**
   * The characters at the beginning of the request's texts, one message after the other, that other requests share. A
   * provider that needs marks for its prefix cache sets one there.
   */
  readonly sharedPrefix?: number
  /**
   * The settings that the model does not accept, by the names of {@link LLMServing.defaults}. The request does not have
   * them, and the serving must not send its own either.
   */
  readonly omit?: readonly string[]
  /** Whether an answer that was cut off counts as complete and is cached. @default false */
  readonly keepCutOff?: boolean
  /** A further check of the answer, for requests with a schema. An answer that fails it is sent back to the model. */
  readonly check?: AnswerCheck
}

/** The capabilities of a serving, as data. */
export interface LLMCapabilities {
  /** The provider guarantees that answers match a JSON schema (grammar, native mode). */
  readonly jsonSchema: boolean
  readonly images: boolean
  readonly audio: boolean
  /** The maximum tokens of prompt and answer together; undefined if unknown before the model is loaded. */
  readonly contextTokens?: number
  /**
   * The settings of {@link Sampling} that the model does not accept. The serving plane does not send them, and the plan
   * and the report of a run contain a warning where a step or the config sets one.
   *
   * @default none
   */
  readonly unsupportedSettings?: readonly (keyof Sampling)[]
  /**
   * The day on which the provider retires the model, such as `2027-05-07`. The plan and the report of a run contain a
   * warning when it is near.
   */
  readonly retires?: string
}

/** The description that every provider gives of itself, as data. The serving plane relies on it. */
export interface ServingBase {
  /** The provider and model, for people and accounting. */
  readonly name: string
  /** The provider, such as `openai`, `ollama`, `local`. @default the name */
  readonly provider?: string | undefined
  /** @default the name */
  readonly model?: string | undefined
  /**
   * The account whose limits apply to the calls, such as the address and a hash of the key (never the key). Servings of
   * one account share their throttling. @default an account of its own
   */
  readonly account?: string | undefined
  /**
   * What affects the answers besides the request: address, model, defaults. It is a part of the cache key. Without it,
   * answers are reused within a run only. It must not contain secrets.
   */
  readonly identity?: Readonly<Record<string, unknown>> | undefined
  /** The cost of calls, if known. Your own servers and local models cost 0. */
  readonly price?: Price | undefined
  /** The service tier that calls request, such as `flex`. It determines the price of replies that do not state a tier. */
  readonly tier?: string | undefined
  /** The number of calls that this serving processes at once; the others wait. Undefined if there is no limit. */
  readonly concurrency?: number | undefined
  dispose?(): Promise<void>
}

/** A language model. A provider stays small: one request in, one result or typed error out. */
export interface LLMServing extends ServingBase {
  readonly kind: 'llm'
  readonly capabilities: LLMCapabilities
  /**
   * The settings that it sends with each request that does not have them: those of {@link Sampling}, and others such as
   * `reasoningEffort`. The serving plane learns from refusals which of them to omit.
   *
   * @default none
   */
  readonly defaults?: Readonly<Record<string, unknown>> | undefined
  generate(request: LLMRequest, options?: CallOptions): Promise<LLMResult>
  /** Answers in the order of the requests. */
  generateBatch?(requests: Iterable<LLMRequest>, options?: CallOptions): AsyncIterable<LLMResult>
}

/** The vectors of texts, and what they took. */
export interface EmbeddingResult {
  /** One vector per text, in order. */
  readonly vectors: readonly Float32Array[]
  readonly usage: Usage
  readonly cost?: number
  readonly model: string
  readonly rateLimits?: RateLimits
  /** Warnings about the request or the reply that did not prevent an answer, such as a setting that was not sent. */
  readonly warnings?: readonly string[]
  /** The positions of texts that were longer than the model's limit and were cut. */
  readonly truncated?: readonly number[]
}

/** An embedding model, which turns texts into vectors. */
export interface EmbeddingServing extends ServingBase {
  readonly kind: 'embedding'
  /** The length of the vectors; undefined if unknown before the first call. */
  readonly dimensions?: number | undefined
  /** The maximum number of texts in one call. */
  readonly batchSize?: number | undefined
  /** The maximum number of tokens in one call, of all its texts together. */
  readonly maxBatchTokens?: number | undefined
  embed(texts: readonly string[], options?: CallOptions): Promise<EmbeddingResult>
}

/** A rerank model, which rates how well documents answer a query. */
export interface RerankServing extends ServingBase {
  readonly kind: 'rerank'
  rerank(query: string, documents: readonly string[], options?: CallOptions): Promise<RerankResult>
}

/** The scores of documents, and what they took. */
export interface RerankResult {
  /** One score per document, in order; higher is better. */
  readonly scores: readonly number[]
  readonly usage?: Usage
  readonly cost?: number
  readonly model: string
  readonly rateLimits?: RateLimits
}

/** A transcription model, which turns speech into text. */
export interface TranscriptionServing extends ServingBase {
  readonly kind: 'transcription'
  transcribe(
    audio: { readonly data: Uint8Array; readonly mediaType: string },
    options?: CallOptions & { readonly language?: string },
  ): Promise<TranscriptionResult>
}

/** The text of a recording, and what it took. */
export interface TranscriptionResult {
  readonly text: string
  readonly durationSeconds?: number
  readonly usage?: Usage
  readonly cost?: number
  readonly model: string
  readonly rateLimits?: RateLimits
}

/** The contract of each kind of serving. */
export interface ServingByKind {
  llm: LLMServing
  embedding: EmbeddingServing
  rerank: RerankServing
  transcription: TranscriptionServing
}

/** The kind of a serving. */
export type ServingKind = keyof ServingByKind
/** A model of any kind. */
export type Serving = ServingByKind[ServingKind]

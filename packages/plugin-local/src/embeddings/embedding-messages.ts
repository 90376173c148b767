import type { Pooling } from './sentence-settings.js'

/** What the thread of a model is started with. */
export interface ThreadData {
  /** The ONNX file, or the package of the Universal Sentence Encoder. */
  readonly model: string
  readonly threads: number
}

/** How the vectors of a call are to be made. What is not set is what the model's own files say. */
export interface EmbedSettings {
  readonly pooling?: Pooling | undefined
  readonly maxTokens?: number | undefined
  readonly normalize: boolean
}

/** What a call asks of the thread. */
export interface EmbedCall {
  readonly type: 'embed'
  readonly id: number
  readonly texts: readonly string[]
  readonly settings: EmbedSettings
}

export type ToThread = EmbedCall | { readonly type: 'drop'; readonly id: number } | { readonly type: 'close' }

/** The vectors of a call, which the thread gives away. */
export interface Embedded {
  readonly vectors: readonly Float32Array<ArrayBuffer>[]
  /** The places of texts that were cut. */
  readonly truncated: readonly number[]
  /** Tokens that the model has read. */
  readonly tokens: number
}

export type FromThread =
  | { readonly type: 'ready' }
  | ({ readonly type: 'embedded'; readonly id: number } & Embedded)
  | { readonly type: 'failed'; readonly id: number; readonly reason: string }
  /** The model could not be loaded; the thread ends. */
  | { readonly type: 'broken'; readonly reason: string }

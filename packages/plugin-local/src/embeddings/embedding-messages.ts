import type { Pooling } from './sentence-settings.js'

/** The data with which the thread of a model starts. */
export interface ThreadData {
  /** The ONNX file, or the package of the Universal Sentence Encoder. */
  readonly model: string
  readonly threads: number
}

/** How to create the vectors of a call. The model's own files determine what is not set. */
export interface EmbedSettings {
  readonly pooling?: Pooling | undefined
  readonly maxTokens?: number | undefined
  readonly normalize: boolean
}

/** A request of a call to the thread. */
export interface EmbedCall {
  readonly type: 'embed'
  readonly id: number
  readonly texts: readonly string[]
  readonly settings: EmbedSettings
}

export type ToThread = EmbedCall | { readonly type: 'drop'; readonly id: number } | { readonly type: 'close' }

/** The vectors of a call, whose memory the thread transfers. */
export interface Embedded {
  readonly vectors: readonly Float32Array<ArrayBuffer>[]
  /** The positions of texts that were cut. */
  readonly truncated: readonly number[]
  /** The tokens that the model has read. */
  readonly tokens: number
}

export type FromThread =
  | { readonly type: 'ready' }
  | ({ readonly type: 'embedded'; readonly id: number } & Embedded)
  | { readonly type: 'failed'; readonly id: number; readonly reason: string }
  /** The model could not be loaded, and the thread ends. */
  | { readonly type: 'broken'; readonly reason: string }

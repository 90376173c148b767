/** How the vectors of a text's tokens become one: their mean, or the vector of the first token. */
export type Pooling = 'mean' | 'cls'

/** The requirements of an embedding model, as far as they are known. */
export interface SentenceSettings {
  /** The length of the vectors. */
  readonly dimensions?: number
  readonly pooling?: Pooling
  /** The maximum tokens of a text, including the model's special tokens. */
  readonly maxTokens?: number
  /** The maximum number of tokens that the model can read. */
  readonly positions?: number
}

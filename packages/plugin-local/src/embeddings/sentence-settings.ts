/** How the vectors of a text's tokens become one: their mean, or the vector of the first token. */
export type Pooling = 'mean' | 'cls'

/** What a model of sentences wants, where it is known. */
export interface SentenceSettings {
  /** Length of the vectors. */
  readonly dimension?: number
  readonly pooling?: Pooling
  /** Tokens of a text that are to be read, the model's own marks among them. */
  readonly maxTokens?: number
  /** How many tokens the model can read at most. */
  readonly positions?: number
}

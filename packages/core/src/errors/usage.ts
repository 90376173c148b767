/** Tokens of one call or of many. */
export interface Usage {
  readonly inputTokens: number
  readonly outputTokens: number
  /** The part of the input tokens that was read from the provider's prefix cache. */
  readonly cachedInputTokens?: number
  /** The part of the input tokens that was written to the provider's prefix cache. */
  readonly cacheWriteInputTokens?: number
  /** The part of these writes that the cache keeps for an hour or longer, if the provider states it. */
  readonly longCacheWriteInputTokens?: number
  /** The part of the input tokens that stands for images. */
  readonly imageInputTokens?: number
  /** The part of the input tokens that stands for recordings. */
  readonly audioInputTokens?: number
  /** The part of the output tokens that was spent on hidden reasoning. */
  readonly reasoningTokens?: number
}

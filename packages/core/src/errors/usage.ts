/** Tokens of one call or of many. */
export interface Usage {
  readonly inputTokens: number
  readonly outputTokens: number
  /** Of the input tokens: read from the provider's prefix cache. */
  readonly cachedInputTokens?: number
  /** Of the input tokens: written to the provider's prefix cache. */
  readonly cacheWriteInputTokens?: number
  /** Of the output tokens: spent on reasoning that is not shown. */
  readonly reasoningTokens?: number
}

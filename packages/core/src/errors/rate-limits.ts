/** What a provider said of its limits with an answer or an error. */
export interface RateLimits {
  /** Milliseconds after which to ask again. */
  readonly retryAfterMs?: number
  readonly requests?: RateLimit
  readonly tokens?: RateLimit
}

/** One limit and what is left of it. */
export interface RateLimit {
  readonly limit?: number
  readonly remaining?: number
  /** Milliseconds until all of it is there again. */
  readonly resetMs?: number
}

/** What a provider reports about its limits with an answer or an error. */
export interface RateLimits {
  /** The milliseconds after which to ask again. */
  readonly retryAfterMs?: number
  readonly requests?: RateLimit
  readonly tokens?: RateLimit
}

/** One limit and what remains of it. */
export interface RateLimit {
  readonly limit?: number
  readonly remaining?: number
  /** The milliseconds until all of it is available again. */
  readonly resetMs?: number
}

import type { ByteSize } from './byte-size.js'
import type { Duration } from './duration.js'

export type { RateLimit, RateLimits } from '../errors/rate-limits.js'

/**
 * What every serving of the config takes beside its own options. The serving plane keeps these; a provider does not
 * see them.
 */
export interface ServingSettings {
  /** What is not set is learnt while running. */
  readonly limits?: ServingLimits
  /** How long one attempt may take, or each time-out by its name. */
  readonly timeout?: Duration | Timeouts
  /** Tries after the first, of failures that may pass. @default 6 */
  readonly retries?: number
  /** How often a model may mend an answer that does not fit its schema. @default 1 */
  readonly repairs?: number
  /** Whether answers are kept beyond the run and reused. @default true */
  readonly cache?: boolean
  /** What calls cost, when the provider does not know or you pay another price. */
  readonly price?: Price
}

/** How much a serving is asked at once and by the minute. */
export interface ServingLimits {
  /** Calls at once. */
  readonly concurrency?: number
  readonly requestsPerMinute?: number
  /** Tokens of prompts and answers. */
  readonly tokensPerMinute?: number
}

/** How long a serving is waited for. */
export interface Timeouts {
  /** One attempt. @default '10m' */
  readonly attempt?: Duration
  /** Until the first piece of an answer, of servings that stream. @default no bound of its own */
  readonly firstByte?: Duration
  /** Between two pieces of an answer, of servings that stream. @default no bound of its own */
  readonly stall?: Duration
  /** All attempts of one call and the waiting between them, without the time in the queue. @default '30m' */
  readonly total?: Duration
  /** A provider that answers nothing but failures for so long stops the run. @default '2m', and `total` at most */
  readonly outage?: Duration
}

/** What a model costs, in dollars per million tokens. */
export interface Price {
  readonly input: number
  /** @default 0, for models that write no tokens */
  readonly output?: number
  /** Input tokens read from the provider's prefix cache. @default the price of input */
  readonly cachedInput?: number
  /** Input tokens written to the provider's prefix cache. @default 1.25 times the price of input, as most take for them */
  readonly cacheWriteInput?: number
  /** Dollars for each request beside its tokens. */
  readonly request?: number
  /** When the price was looked up, `2026-11-24`, and where. */
  readonly date?: string
  readonly source?: string
}

/** What may be spent. What is not set is not bounded. */
export interface Budget {
  readonly usd?: number
  /** Tokens of prompts and answers together. */
  readonly tokens?: number
  readonly requests?: number
}

/** What each run may spend: as a whole, by step, by provider (`openai`, `ollama` ...). */
export interface Budgets {
  readonly run?: Budget
  readonly steps?: Readonly<Record<string, Budget>>
  readonly providers?: Readonly<Record<string, Budget>>
}

/** A cache of answers that core itself brings. */
export interface BuiltinCacheConfig {
  /** `disk`: in the state directory, for all runs and processes; `memory`: for this process. @default 'disk' */
  readonly use?: 'disk' | 'memory'
  /** What answers may take; those not used for longest go first. @default '2GiB' on the disk, '256MiB' in memory */
  readonly maxSize?: ByteSize
  /** How long an answer is good for. @default no bound */
  readonly ttl?: Duration
}

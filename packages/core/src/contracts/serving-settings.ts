import type { ByteSize } from './byte-size.js'
import type { Duration } from './duration.js'

export type { RateLimit, RateLimits } from '../errors/rate-limits.js'

/**
 * The settings that every serving of the config accepts besides its own options. The serving plane uses them; a
 * provider does not see them.
 */
export interface ServingSettings {
  /** The limits. Those that are not set are learnt during the run. */
  readonly limits?: ServingLimits
  /** The time-out of one attempt, or each time-out by its name. */
  readonly timeout?: Duration | Timeouts
  /** The number of attempts after the first, for failures that may be temporary. @default 6 */
  readonly retries?: number
  /** How often a model may repair an answer that does not match its schema. @default 1 */
  readonly repairs?: number
  /** Whether answers are stored beyond the run and reused. @default true */
  readonly cache?: boolean
  /**
   * Whether the first of several requests with the same long beginning is sent alone, so that the others find it in the
   * provider's prefix cache. For language models. @default whether the price of cached tokens is lower
   */
  readonly warmPrefix?: boolean
  /** The cost of calls, if the provider does not know it or you pay another price. */
  readonly price?: Price
  /**
   * The name of the serving that answers what this one does not answer: a request that it refuses, that fails after all
   * retries, or whose answer is cut off or does not match its schema. For language models and transcription.
   */
  readonly fallback?: string
}

/** The limits of one serving: concurrent calls, and rates per minute. */
export interface ServingLimits {
  /** The maximum number of concurrent calls. */
  readonly concurrency?: number
  readonly requestsPerMinute?: number
  /** Tokens of prompts and answers. */
  readonly tokensPerMinute?: number
}

/** The time-outs of a serving. */
export interface Timeouts {
  /** One attempt. @default '10m' */
  readonly attempt?: Duration
  /** The time until the first piece of an answer, for servings that stream. @default no separate limit */
  readonly firstByte?: Duration
  /** The time between two pieces of an answer, for servings that stream. @default no separate limit */
  readonly stall?: Duration
  /** All attempts of one call and the waits between them, without the time in the queue. @default '30m' */
  readonly total?: Duration
  /** How long a provider may return nothing but failures before the run stops. @default '2m', and `total` at most */
  readonly outage?: Duration
}

/** The prices of tokens, in dollars per million. */
export interface TokenPrices {
  readonly input: number
  /** @default 0, for models that produce no tokens */
  readonly output?: number
  /** Input tokens that are read from the provider's prefix cache. @default the price of input */
  readonly cachedInput?: number
  /**
   * Input tokens that are written to the provider's prefix cache. @default 1.25 times the price of input, the usual
   * rate
   */
  readonly cacheWriteInput?: number
  /** Of these, the tokens that the cache keeps for an hour or longer. @default the price of other writes */
  readonly longCacheWriteInput?: number
  /** Input tokens that stand for images. @default the price of input */
  readonly imageInput?: number
  /** Input tokens that stand for recordings. @default the price of input */
  readonly audioInput?: number
  /** Output tokens that are spent on reasoning. @default the price of output */
  readonly reasoning?: number
}

/** The prices of all tokens of a request whose prompt is long. */
export interface LongPromptPrices extends TokenPrices {
  /** These prices apply to prompts of more tokens than this. */
  readonly above: number
}

/** The prices of a service tier. */
export interface TierPrices extends TokenPrices {
  /** The prices of long prompts, in any order. The highest limit below the length of the prompt counts. */
  readonly longPrompts?: readonly LongPromptPrices[]
}

/** The prices of a model. */
export interface Price extends TierPrices {
  /**
   * The prices of other service tiers, by the name that the provider's reply states, such as `flex`. A tier that is not
   * listed has no known price. @default half the price for `flex` and twice the price for `priority`, with a warning
   */
  readonly tiers?: Readonly<Record<string, TierPrices>>
  /** Dollars for each request, in addition to its tokens. */
  readonly request?: number
  /** The date and the source of the price, such as `2026-11-24`. */
  readonly date?: string
  readonly source?: string
}

/** The limits of spending. What is not set is unlimited. */
export interface Budget {
  readonly usd?: number
  /** Tokens of prompts and answers together. */
  readonly tokens?: number
  readonly requests?: number
}

/** The limits of each run: in total, by step, and by provider (`openai`, `ollama` ...). */
export interface Budgets {
  readonly run?: Budget
  readonly steps?: Readonly<Record<string, Budget>>
  readonly providers?: Readonly<Record<string, Budget>>
}

/** A response cache of core. */
export interface BuiltinCacheConfig {
  /** `disk`: in the state directory, for all runs and processes; `memory`: for this process. @default 'disk' */
  readonly use?: 'disk' | 'memory'
  /**
   * The maximum size of the answers; those of the oldest runs are removed first. @default '2GiB' on disk, '256MiB'
   * in memory
   */
  readonly maxSize?: ByteSize
  /** How long an answer is valid. @default no limit */
  readonly ttl?: Duration
}

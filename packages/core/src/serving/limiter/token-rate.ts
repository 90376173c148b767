import type { RateLimit } from '../../contracts/serving-settings.js'
import { TokenBucket } from './token-bucket.js'
import { ToldLimit } from './told-limit.js'

const slackMs = 1000
const learning = 0.2

/**
 * Tokens by the minute, set or told by the provider. A call reserves what it may take and is corrected by what it took.
 * Estimates are far too high as a rule, so how much of them is taken is learnt.
 */
export class TokenRate {
  readonly told = new ToldLimit(slackMs)
  readonly #bucket = new TokenBucket(slackMs)
  #share = 1

  limit(perMinute: number | undefined): void {
    this.#bucket.perMs = perMinute === undefined ? Number.POSITIVE_INFINITY : this.#bucket.within(perMinute)
  }

  /** Milliseconds until the next call may be sent. */
  wait(now: number): number {
    return Math.max(this.#bucket.wait(now), this.told.wait(now))
  }

  /** @returns what is reserved for a call that may take so many, and whether the provider says that it is too early */
  reserve(estimate: number, now: number): { readonly reserved: number; readonly isEarly: boolean } {
    const reserved = estimate * this.#share
    this.#bucket.take(reserved, now)
    return { reserved, isEarly: this.told.take(reserved, now) }
  }

  /** A call has ended. @param taken Undefined: not known, and what it had reserved counts. */
  settle(estimate: number, reserved: number, taken: number | undefined, now: number): void {
    if (taken === undefined) return
    this.#bucket.take(taken - reserved, now)
    this.told.take(taken - reserved, now)
    if (estimate > 0 && taken > 0) this.#share += learning * (taken / estimate - this.#share)
  }

  /** The provider says what is left. */
  tell(limit: RateLimit, now: number): void {
    this.told.tell(limit, now)
  }
}

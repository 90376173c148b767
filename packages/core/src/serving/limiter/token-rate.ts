import type { RateLimit } from '../../contracts/serving-settings.js'
import { ReportedLimit } from './reported-limit.js'
import { TokenBucket } from './token-bucket.js'

const slackMs = 1000
const learning = 0.2

/**
 * Limits the tokens per minute, as set or as reported by the provider. A call reserves its maximum, and the reservation
 * is corrected by its usage. Because estimates are usually far too high, the used share of an estimate is learnt.
 */
export class TokenRate {
  readonly reported = new ReportedLimit(slackMs)
  readonly #bucket = new TokenBucket(slackMs)
  #share = 1

  limit(perMinute: number | undefined): void {
    this.#bucket.perMs = perMinute === undefined ? Number.POSITIVE_INFINITY : this.#bucket.within(perMinute)
  }

  /** Milliseconds until the next call may be sent. */
  wait(now: number): number {
    return Math.max(this.#bucket.wait(now), this.reported.wait(now))
  }

  /**
   * @returns the reservation of a call with this maximum, and whether the call is too early according to the provider
   */
  reserve(estimate: number, now: number): { readonly reserved: number; readonly isEarly: boolean } {
    const reserved = estimate * this.#share
    this.#bucket.take(reserved, now)
    return { reserved, isEarly: this.reported.take(reserved, now) }
  }

  /** Reports that a call has ended. @param taken Its tokens; undefined if unknown, so that its reservation counts. */
  settle(estimate: number, reserved: number, taken: number | undefined, now: number): void {
    if (taken === undefined) return
    this.#bucket.take(taken - reserved, now)
    this.reported.take(taken - reserved, now)
    if (estimate > 0 && taken > 0) this.#share += learning * (taken / estimate - this.#share)
  }

  /** Reports the remaining tokens according to the provider. */
  tell(limit: RateLimit, now: number): void {
    this.reported.tell(limit, now)
  }
}

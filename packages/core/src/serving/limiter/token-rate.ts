import type { RateLimit } from '../../contracts/serving-settings.js'
import { Pace } from './pace.js'
import { toldRate } from './told-rate.js'

const slackMs = 1000
const learning = 0.2

/**
 * Tokens by the minute, set or told by the provider. A call reserves what it may take and is corrected by what it took.
 * Estimates are far too high as a rule, so how much of them is taken is learnt.
 */
export class TokenRate {
  readonly #pace = new Pace(slackMs)
  #set = Number.POSITIVE_INFINITY
  #told = Number.POSITIVE_INFINITY
  #share = 1

  limit(perMinute: number | undefined): void {
    this.#set = perMinute ?? Number.POSITIVE_INFINITY
    this.#apply()
  }

  /** Milliseconds until the next call may be sent. */
  wait(now: number): number {
    return this.#pace.wait(now)
  }

  /** @returns what is reserved for a call that may take so many */
  reserve(estimate: number, now: number): number {
    const reserved = estimate * this.#share
    this.#pace.take(reserved, now)
    return reserved
  }

  /** A call has ended. @param taken Undefined: not known, and what it had reserved counts. */
  settle(estimate: number, reserved: number, taken: number | undefined, now: number): void {
    if (taken === undefined) return
    this.#pace.take(taken - reserved, now)
    if (estimate > 0 && taken > 0) this.#share += learning * (taken / estimate - this.#share)
  }

  told(limit: RateLimit, now: number): void {
    const { perMs, holdMs } = toldRate(limit)
    this.#told = perMs
    this.#apply()
    if (holdMs > 0) this.#pace.hold(now + holdMs)
  }

  #apply(): void {
    const set = this.#set === Number.POSITIVE_INFINITY ? this.#set : this.#pace.within(this.#set)
    this.#pace.perMs = Math.min(set, this.#told)
  }
}

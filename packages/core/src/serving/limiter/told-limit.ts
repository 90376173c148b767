import type { RateLimit } from '../../contracts/serving-settings.js'
import { TokenBucket } from './token-bucket.js'
import { toldRate } from './told-rate.js'

/** What a provider says of its limits is not waited for longer than this: then a call finds out whether it is so. */
export const longestToldWaitMs = 60_000

/**
 * A limit that the provider tells with its answers. Its word is kept while it is true: when a call that should have
 * waited longer than is waited is answered all the same, it is not listened to any more.
 */
export class ToldLimit {
  readonly #bucket: TokenBucket
  #longestMs = longestToldWaitMs
  #changedAt = Number.NEGATIVE_INFINITY
  #isTrue = true

  /** @param slackMs How far it may run ahead. */
  constructor(slackMs: number) {
    this.#bucket = new TokenBucket(slackMs)
  }

  /** Units per millisecond; infinite where nothing is told. */
  get perMs(): number {
    return this.#bucket.perMs
  }

  /** Waits are no longer than this. */
  set longestMs(milliseconds: number) {
    this.#longestMs = Math.min(longestToldWaitMs, milliseconds)
  }

  tell(limit: RateLimit, now: number): void {
    if (!this.#isTrue) return
    const { perMs, holdMs } = toldRate(limit)
    this.#bucket.perMs = perMs
    if (holdMs > 0) this.#bucket.hold(now + holdMs)
    this.#changedAt = now
  }

  /** Milliseconds until the next call may be sent. */
  wait(now: number): number {
    return Math.max(0, Math.min(this.#bucket.wait(now), this.#changedAt + this.#longestMs - now))
  }

  /** Lets units through. @returns whether the provider says that it was too early */
  take(units: number, now: number): boolean {
    const isEarly = this.#bucket.wait(now) > 0
    this.#bucket.take(units, now)
    if (isEarly) this.#changedAt = now
    return isEarly
  }

  /** A call that went too early was answered. */
  refute(): void {
    this.#isTrue = false
    this.#bucket.release()
  }
}

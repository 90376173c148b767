import type { RateLimit } from '../../contracts/serving-settings.js'
import { reportedRate } from './reported-rate.js'
import { TokenBucket } from './token-bucket.js'

/** The longest wait for a limit that a provider reports. After it, a call tests whether the limit holds. */
export const longestToldWaitMs = 60_000

/**
 * A limit that the provider reports with its answers. It is respected while it is true: when a call that should have
 * waited longer is answered all the same, the reports are ignored from then on.
 */
export class ReportedLimit {
  readonly #bucket: TokenBucket
  #longestMs = longestToldWaitMs
  #changedAt = Number.NEGATIVE_INFINITY
  #isTrue = true

  /** @param slackMs How far it may run ahead. */
  constructor(slackMs: number) {
    this.#bucket = new TokenBucket(slackMs)
  }

  /** Units per millisecond; infinite if nothing is reported. */
  get perMs(): number {
    return this.#bucket.perMs
  }

  /** The longest wait. */
  set longestMs(milliseconds: number) {
    this.#longestMs = Math.min(longestToldWaitMs, milliseconds)
  }

  tell(limit: RateLimit, now: number): void {
    if (!this.#isTrue) return
    const { perMs, holdMs } = reportedRate(limit)
    this.#bucket.perMs = perMs
    if (holdMs > 0) this.#bucket.hold(now + holdMs)
    this.#changedAt = now
  }

  /** Milliseconds until the next call may be sent. */
  wait(now: number): number {
    return Math.max(0, Math.min(this.#bucket.wait(now), this.#changedAt + this.#longestMs - now))
  }

  /** Admits units. @returns whether that was too early according to the provider */
  take(units: number, now: number): boolean {
    const isEarly = this.#bucket.wait(now) > 0
    this.#bucket.take(units, now)
    if (isEarly) this.#changedAt = now
    return isEarly
  }

  /** Reports that a call that was sent too early was answered. */
  refute(): void {
    this.#isTrue = false
    this.#bucket.release()
  }
}

import type { ServingLimits } from '../../../contracts/serving-settings.js'
import { TokenBucket } from '../token-bucket.js'

const slackMs = 100

/**
 * The limits while their store is away: each process keeps to the share that it has when all processes that were heard of
 * last still call.
 */
export class LocalShare {
  readonly #requests = new TokenBucket(slackMs)
  readonly #tokens = new TokenBucket(slackMs)
  #concurrency = Number.POSITIVE_INFINITY

  /** @param processes The number of processes among which the limits are shared. */
  limit({ concurrency, requestsPerMinute, tokensPerMinute }: ServingLimits, processes: number): void {
    const share = (limit: number | undefined) => (limit ?? Number.POSITIVE_INFINITY) / processes
    this.#concurrency = Math.max(1, Math.floor(share(concurrency)))
    this.#requests.perMs = this.#requests.within(share(requestsPerMinute))
    this.#tokens.perMs = this.#tokens.within(share(tokensPerMinute))
  }

  /** Milliseconds until the next call may be made; infinite until a call ends. */
  wait(inFlight: number, now: number): number {
    if (inFlight >= this.#concurrency) return Number.POSITIVE_INFINITY
    return Math.max(this.#requests.wait(now), this.#tokens.wait(now))
  }

  take(tokens: number, now: number): void {
    this.#requests.take(1, now)
    this.#tokens.take(tokens, now)
  }
}

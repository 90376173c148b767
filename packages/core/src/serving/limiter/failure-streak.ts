import { reasonOf } from '../../errors/reason-of.js'
import type { Failing } from './limiter.js'

/** Tracks whether a provider has returned nothing but failures, and since when. */
export class FailureStreak {
  #first: { readonly since: number; readonly at: number } | undefined
  #failures = 0
  #reason = ''
  #answers = 0

  /** Undefined if the last call was answered, or if no call has ended. */
  get failing(): Failing | undefined {
    if (this.#first === undefined) return undefined
    const { since, at } = this.#first
    return { since, lastingMs: performance.now() - at, failures: this.#failures, reason: this.#reason }
  }

  /** The number of calls that were answered so far. */
  get answers(): number {
    return this.#answers
  }

  answered(): void {
    this.#answers++
    this.#first = undefined
    this.#failures = 0
  }

  failed(error: unknown): void {
    this.#first ??= { since: Date.now(), at: performance.now() }
    this.#failures++
    this.#reason = reasonOf(error)
  }
}

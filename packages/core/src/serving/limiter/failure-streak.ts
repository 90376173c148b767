import { reasonOf } from '../../errors/reason-of.js'
import type { Failing } from './limiter.js'

interface Start {
  readonly since: number
  readonly at: number
  /** The number of failures before it. */
  readonly before: number
}

/** Tracks whether a provider has returned nothing but failures, and since when. */
export class FailureStreak {
  #first: Start | undefined
  /** The first failure of each run: a run does not end because of failures before it began. */
  readonly #firstOf = new Map<string, Start>()
  #failures = 0
  #reason = ''
  #answers = 0

  /** Undefined if the last call was answered, or if no call has ended. @param run Counts from its first failure. */
  failing(run?: string): Failing | undefined {
    const first = run === undefined ? this.#first : this.#firstOf.get(run)
    if (first === undefined) return undefined
    const { since, at, before } = first
    return { since, lastingMs: performance.now() - at, failures: this.#failures - before, reason: this.#reason }
  }

  /** The number of calls that were answered so far. */
  get answers(): number {
    return this.#answers
  }

  answered(): void {
    this.#answers++
    this.#first = undefined
    this.#firstOf.clear()
    this.#failures = 0
  }

  failed(error: unknown, run?: string): void {
    const start = { since: Date.now(), at: performance.now(), before: this.#failures }
    this.#first ??= start
    if (run !== undefined && !this.#firstOf.has(run)) this.#firstOf.set(run, start)
    this.#failures++
    this.#reason = reasonOf(error)
  }
}

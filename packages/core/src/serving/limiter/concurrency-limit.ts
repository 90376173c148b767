import { isNoAccident } from './accidents.js'
import { type Round, ThroughputSearch } from './throughput-search.js'
import type { Verdict } from './verdict.js'

const first = 2
/** Where nothing is set: what a process may keep open without thought. */
const most = 256
const leastRound = 4
const backOff = 0.7

/**
 * How many calls may be under way at once. A set number is used from the start; it gives way only to a server that does
 * not cope, and comes back. Without one it is learnt.
 *
 * Calls are judged in rounds, of those that began under the limit of now.
 */
export class ConcurrencyLimit {
  readonly #search = new ThroughputSearch()
  #set: number | undefined
  #limit = first
  /** After a rest the calls at once begin low and double with each round of answers. */
  #opened = Number.POSITIVE_INFINITY
  #round = 1
  #full = false
  #answered = 0
  #lost = 0
  #durations = 0
  #squares = 0

  get value(): number {
    return Math.min(this.#limit, this.#opened)
  }

  /** The number of the round, to be given back with the end of each call. */
  get round(): number {
    return this.#round
  }

  /** What is set, the least of it where several servings set it. */
  limit(set: number | undefined): void {
    if (set === this.#set) return
    this.#set = set
    this.#newRound(set ?? Math.min(this.#limit, most))
  }

  /** A call was sent; @param inFlight those under way with it. */
  send(inFlight: number): void {
    if (inFlight >= this.#limit) this.#full = true
  }

  /** A call that began in a round has ended. */
  done(round: number, verdict: Verdict, durationMs: number): void {
    if (verdict === 'answered' || verdict === 'other') this.#opened++
    if (round !== this.#round) return
    if (verdict === 'overloaded' || verdict === 'lost') this.#lost++
    else if (verdict === 'answered') {
      this.#answered++
      this.#durations += durationMs
      this.#squares += durationMs ** 2
    }
    if (this.#answered + this.#lost >= Math.max(this.#limit, leastRound)) this.#judge()
  }

  /** The provider takes no more: what it has now is enough. */
  refused(inFlight: number): void {
    if (this.#set !== undefined) return
    this.#search.reset()
    this.#newRound(Math.max(1, Math.min(this.#limit, inFlight)))
  }

  /** The account has rested: nothing bursts after it. @param inFlight Calls that were under way all the while. */
  reopen(inFlight: number): void {
    this.#opened = inFlight + first
  }

  #judge(): void {
    const set = this.#set
    if (isNoAccident(this.#lost, this.#answered + this.#lost)) {
      this.#search.reset()
      this.#newRound(Math.max(1, Math.floor(this.#limit * backOff)))
    } else if (set !== undefined) {
      this.#newRound(Math.min(set, this.#limit + Math.ceil(this.#limit / 8)))
    } else this.#newRound(this.#full ? Math.min(most, this.#search.next(this.#measured())) : this.#limit)
  }

  /** By Little's law the throughput is the calls under way over the time that each takes. */
  #measured(): Round {
    const mean = this.#durations / this.#answered
    const variance = Math.max(0, this.#squares / this.#answered - mean ** 2)
    return {
      limit: this.#limit,
      throughput: this.#limit / Math.max(mean, 0.01),
      error: Math.sqrt(variance / this.#answered) / Math.max(mean, 0.01),
    }
  }

  #newRound(limit: number): void {
    this.#limit = limit
    this.#round++
    this.#full = false
    this.#answered = 0
    this.#lost = 0
    this.#durations = 0
    this.#squares = 0
  }
}

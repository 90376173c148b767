import { ThroughputSearch } from './throughput-search.js'

/** Where nothing is set: what a process may keep open without thought. */
const most = 256
const leastRound = 4
/** A share of calls without an answer in time from which on a server does not cope. */
const tooManyLost = 0.1
const backOff = 0.7

/**
 * How many calls at once are of use. A set number is used from the start; it gives way only to a server that does not
 * answer in time, and comes back. Without one the best is searched for.
 *
 * Calls are judged in rounds, of those that began in the round.
 */
export class Concurrency {
  readonly #search = new ThroughputSearch()
  #set: number | undefined
  #limit: number | undefined
  /** After a cool-down the calls at once begin low, and each answer lets in one more. */
  #opened = Number.POSITIVE_INFINITY
  #round = 1
  #isFull = false
  #answered = 0
  #lost = 0
  #loads = 0
  #durations = 0
  #squares = 0

  get value(): number {
    const limit = this.#limit ?? this.#search.limit + (this.#search.isDoubling ? this.#answered : 0)
    return Math.min(this.#set ?? most, limit, this.#opened)
  }

  /** The number of the round, to be given back with the end of each call. */
  get round(): number {
    return this.#round
  }

  /** What is set, the least of it where several servings set it. */
  set(limit: number | undefined): void {
    if (limit === this.#set) return
    this.#set = limit
    this.#limit = limit
    this.#newRound()
  }

  /** A call was sent; @param inFlight those under way with it. */
  send(inFlight: number): void {
    if (inFlight >= (this.#limit ?? this.#search.limit)) this.#isFull = true
  }

  /** A call that began in a round was answered. @param load Those that were under way with it when it began. */
  answered(round: number, load: number, durationMs: number): void {
    this.#opened++
    if (round !== this.#round) return
    this.#answered++
    this.#loads += load
    this.#durations += durationMs
    this.#squares += durationMs ** 2
    this.#judge()
  }

  /** A call that began in a round was not answered in time. */
  lost(round: number): void {
    if (round !== this.#round) return
    this.#lost++
    this.#judge()
  }

  /** A cool-down is over. @param inFlight Calls that were under way all the while; @param more How many may go with them. */
  reopen(inFlight: number, more: number): void {
    this.#opened = inFlight + Math.ceil(more)
  }

  #judge(): void {
    const calls = this.#answered + this.#lost
    const limit = this.#limit ?? this.#search.limit
    if (calls < Math.max(leastRound, limit)) return
    if (this.#lost > calls * tooManyLost) this.#giveWay(Math.max(1, Math.floor(limit * backOff)))
    else if (this.#set !== undefined) this.#limit = Math.min(this.#set, limit + Math.ceil(limit / 8))
    else if (this.#isFull) this.#search.next(this.#measured(), most)
    this.#newRound()
  }

  #giveWay(limit: number): void {
    if (this.#set === undefined) this.#search.restart(limit)
    else this.#limit = limit
  }

  /** By Little's law the throughput is the calls under way over the time that each takes. */
  #measured(): { load: number; throughput: number; error: number } {
    const mean = Math.max(this.#durations / this.#answered, 0.01)
    const variance = Math.max(0, this.#squares / this.#answered - mean ** 2)
    const load = this.#loads / this.#answered
    return { load, throughput: load / mean, error: Math.sqrt(variance / this.#answered) / mean }
  }

  #newRound(): void {
    this.#round++
    this.#isFull = false
    this.#answered = 0
    this.#lost = 0
    this.#loads = 0
    this.#durations = 0
    this.#squares = 0
  }
}

import { Opening } from './opening.js'
import { ThroughputSearch } from './throughput-search.js'

/** The concurrency if nothing is set: the number of connections that any process may keep open. */
const most = 256
const leastRound = 4
/** The share of calls without a timely answer at which a server counts as overloaded. */
const tooManyLost = 0.1
const backOff = 0.7

/**
 * Determines how many concurrent calls are useful. A number that is set applies from the start; it is reduced only
 * while a server does not answer in time. Without one, the best number is searched for.
 *
 * Calls are judged in rounds, by the round in which they began.
 */
export class Concurrency {
  readonly #search = new ThroughputSearch()
  readonly #opening = new Opening()
  #set: number | undefined
  #limit: number | undefined
  /** After a cool-down, the concurrency begins low, and each answer adds one. */
  #opened = Number.POSITIVE_INFINITY
  #round = 1
  #isFull = false
  #answered = 0
  #lost = 0
  #loads = 0
  #durations = 0
  #squares = 0

  get value(): number {
    return Math.min(this.#set ?? most, this.#limit ?? this.#searched, this.#opened)
  }

  /**
   * Milliseconds until the number rises by itself; infinite while that depends on a call in progress.
   *
   * @param calls The calls in progress and those that wait.
   */
  risesIn(calls: number, now: number): number {
    return this.#limit === undefined ? this.#opening.wait(calls, now) : Number.POSITIVE_INFINITY
  }

  rise(): void {
    this.#opening.widen()
  }

  /** The number of the round, to be passed with the end of each call. */
  get round(): number {
    return this.#round
  }

  /** The number that is set; the lowest one if several servings set it. */
  set(limit: number | undefined): void {
    if (limit === this.#set) return
    this.#set = limit
    this.#limit = limit
    this.#newRound()
  }

  /** Reports that a call was sent. @param inFlight The calls in progress, including this one. */
  send(inFlight: number, now: number): void {
    this.#opening.send(now)
    if (inFlight >= (this.#limit ?? this.#search.limit)) this.#isFull = true
  }

  /** Reports that a call of a round was answered. @param load The calls that were in progress when it began. */
  answered(round: number, load: number, durationMs: number): void {
    this.#opened++
    if (round !== this.#round) return
    this.#answered++
    this.#loads += load
    this.#durations += durationMs
    this.#squares += durationMs ** 2
    this.#judge()
  }

  /** Reports that a call was refused. */
  refused(): void {
    this.#opening.refused()
  }

  /** Reports that a call of a round was not answered in time. */
  lost(round: number): void {
    if (round !== this.#round) return
    this.#lost++
    this.#judge()
  }

  /**
   * Reports the end of a cool-down. @param inFlight The calls that were in progress throughout. @param more How many
   * may join them.
   */
  reopen(inFlight: number, more: number): void {
    this.#opened = inFlight + Math.ceil(more)
  }

  get #searched(): number {
    const { limit, isDoubling } = this.#search
    return isDoubling ? Math.max(limit + this.#answered, this.#opening.least) : limit
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

  /** By Little's law, the throughput is the number of calls in progress divided by the time of each. */
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

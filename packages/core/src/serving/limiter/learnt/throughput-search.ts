/** Calls at once at the start: as the first window of TCP (RFC 6928) in order of magnitude. */
const first = 24
/** How much of what more calls at once could bring they must bring. */
const worth = 0.4
/** How much of the throughput fewer calls at once must keep. */
const kept = 0.95
const step = 1.5
const mostPatience = 16

/** How a round went. */
export interface Round {
  /** Calls at once. */
  readonly load: number
  /** Calls by the millisecond. */
  readonly throughput: number
  /** How far that may be off, as a share of it (a standard error): durations of few calls measure badly. */
  readonly error: number
}

/**
 * Finds how many calls at once a server is worth: it doubles them while that brings throughput, then tries some more
 * and some fewer from time to time, and more seldom the longer nothing changes. A server that works on one call at a
 * time shows by the second round that more at once bring nothing.
 *
 * Throughput is compared, and not latency as in TCP Vegas or Netflix's Gradient2: answers of a model differ in length
 * tenfold, and the shortest would count as the latency of an idle server.
 */
export class ThroughputSearch {
  #limit = first
  /** The best limit so far and how it went. */
  #bestLimit = 0
  #best: Round | undefined
  #isDoubling = true
  #isUp = true
  #patience = 1
  #roundsToWait = 0

  /** Calls that may be under way at once in this round. */
  get limit(): number {
    return this.#limit
  }

  /** Whether each answer may let in one call more. */
  get isDoubling(): boolean {
    return this.#isDoubling
  }

  /** A round is over: begins the next one. @param most Calls at once at most. */
  next(round: Round, most: number): void {
    this.#limit = Math.max(1, Math.min(most, this.#nextLimit(round)))
  }

  /** The server does not cope, or another limit is set: the search begins anew from here. */
  restart(limit: number): void {
    this.#limit = limit
    this.#best = undefined
    this.#isDoubling = false
    this.#isUp = true
    this.#roundsToWait = this.#patience
  }

  #nextLimit(round: Round): number {
    const best = this.#best
    if (best === undefined || this.#bestLimit === this.#limit) {
      this.#bestLimit = this.#limit
      this.#best = best === undefined ? round : together(best, round)
      return --this.#roundsToWait > 0 ? this.#limit : this.#trial()
    }
    if (isBetter(round, best, this.#isDoubling)) {
      this.#best = round
      this.#bestLimit = this.#limit
      this.#patience = 1
      return this.#trial()
    }
    this.#isDoubling = false
    this.#isUp = !this.#isUp
    this.#patience = Math.min(mostPatience, this.#patience * 2)
    this.#roundsToWait = this.#patience
    return this.#bestLimit
  }

  #trial(): number {
    if (this.#isDoubling) return this.#limit * 2
    return this.#isUp ? Math.ceil(this.#limit * step) : Math.floor(this.#limit / step)
  }
}

/** In doubt, the larger number of calls is better: a search that is wrong about it finds back. */
function isBetter(round: Round, best: Round, isDoubling: boolean): boolean {
  const gain = round.throughput / best.throughput
  const doubt = (isDoubling ? 2 : 1) * gain * Math.hypot(round.error, best.error)
  const ratio = round.load / best.load
  return ratio > 1 ? gain + doubt >= 1 + worth * (ratio - 1) : gain - doubt >= kept
}

/** Older rounds count less and less. */
function together(older: Round, newer: Round): Round {
  return {
    load: (older.load + newer.load) / 2,
    throughput: (older.throughput + newer.throughput) / 2,
    error: Math.hypot(older.error, newer.error) / 2,
  }
}

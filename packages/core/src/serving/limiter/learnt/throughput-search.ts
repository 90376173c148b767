/** The initial concurrency: the order of magnitude of TCP's first window (RFC 6928). */
const first = 24
/** The share of the possible gain that a higher concurrency must achieve. */
const worth = 0.4
/** The share of the throughput that a lower concurrency must keep. */
const kept = 0.95
const step = 1.5
const mostPatience = 16

/** The result of a round. */
export interface Round {
  /** The concurrency. */
  readonly load: number
  /** Calls per millisecond. */
  readonly throughput: number
  /** The standard error of the throughput, as a share of it: the durations of a few calls are a rough measure. */
  readonly error: number
}

/**
 * Finds the useful concurrency of a server. It doubles the concurrency while that raises the throughput. Later it tries
 * some more and some fewer calls from time to time, less often the longer nothing changes. A server that works on one
 * call at a time shows by the second round that a higher concurrency does not help.
 *
 * It compares throughput and not latency, as TCP Vegas or Netflix's Gradient2 do, because the lengths of a model's
 * answers differ tenfold: the shortest would pass for the latency of an idle server.
 */
export class ThroughputSearch {
  #limit = first
  /** The best limit so far and its result. */
  #bestLimit = 0
  #best: Round | undefined
  #isDoubling = true
  #isUp = true
  #patience = 1
  #roundsToWait = 0

  /** The number of calls that may be in progress at once in this round. */
  get limit(): number {
    return this.#limit
  }

  /** Whether each answer may admit one more call. */
  get isDoubling(): boolean {
    return this.#isDoubling
  }

  /** Ends a round and begins the next one. @param most The maximum concurrency. */
  next(round: Round, most: number): void {
    this.#limit = Math.max(1, Math.min(most, this.#nextLimit(round)))
  }

  /** The server is overloaded, or another limit is set: the search restarts from here. */
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

/** In doubt, the higher concurrency wins; the search corrects a wrong choice later. */
function isBetter(round: Round, best: Round, isDoubling: boolean): boolean {
  const gain = round.throughput / best.throughput
  const doubt = (isDoubling ? 2 : 1) * gain * Math.hypot(round.error, best.error)
  const ratio = round.load / best.load
  return ratio > 1 ? gain + doubt >= 1 + worth * (ratio - 1) : gain - doubt >= kept
}

/** Older rounds gradually lose weight. */
function together(older: Round, newer: Round): Round {
  return {
    load: (older.load + newer.load) / 2,
    throughput: (older.throughput + newer.throughput) / 2,
    error: Math.hypot(older.error, newer.error) / 2,
  }
}

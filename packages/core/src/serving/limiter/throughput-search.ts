/** How much of what more calls at once could bring they must bring. */
const worth = 0.4
/** How much of the throughput fewer calls at once must keep. */
const kept = 0.95
const step = 1.5
const mostPatience = 16

/** How a round went. */
export interface Round {
  /** Calls at once. */
  readonly limit: number
  /** Calls by the millisecond. */
  readonly throughput: number
  /** How far that may be off, as a share of it (a standard error): durations of few calls measure badly. */
  readonly error: number
}

/**
 * Finds how many calls at once a server is worth: it doubles them while that brings throughput, then tries some more
 * and some fewer from time to time, and more seldom the longer nothing changes. A server that works on one call at a
 * time shows by the second round that four bring no more than two.
 *
 * Throughput is compared, and not latency as in TCP Vegas or Netflix's Gradient2: answers of a model differ in length
 * tenfold, and the shortest would count as the latency of an idle server.
 */
export class ThroughputSearch {
  #reference: Round | undefined
  #doubling = true
  #up = true
  #patience = 1
  #roundsToWait = 0

  /** @returns the limit of the next round */
  next(round: Round): number {
    const { limit } = round
    const reference = this.#reference
    if (reference === undefined || reference.limit === limit) {
      this.#reference = reference === undefined ? round : together(reference, round)
      return --this.#roundsToWait > 0 ? limit : this.#trial(limit)
    }
    if (isBetter(round, reference)) {
      this.#reference = round
      this.#patience = 1
      return this.#trial(limit)
    }
    this.#doubling = false
    this.#up = !this.#up
    this.#patience = Math.min(mostPatience, this.#patience * 2)
    this.#roundsToWait = this.#patience
    return reference.limit
  }

  /** What was known holds no more: the server has given way. */
  reset(): void {
    this.#reference = undefined
    this.#doubling = false
    this.#up = true
    this.#roundsToWait = this.#patience
  }

  #trial(limit: number): number {
    if (this.#doubling) return limit * 2
    return this.#up ? Math.ceil(limit * step) : Math.max(1, Math.floor(limit / step))
  }
}

/** In doubt, the larger number of calls is better: a search that is wrong about it finds back. */
function isBetter(round: Round, reference: Round): boolean {
  const gain = round.throughput / reference.throughput
  const doubt = gain * Math.hypot(round.error, reference.error)
  const ratio = round.limit / reference.limit
  return ratio > 1 ? gain + doubt >= 1 + worth * (ratio - 1) : gain - doubt >= kept
}

/** Older rounds count less and less. */
function together(older: Round, newer: Round): Round {
  return {
    limit: newer.limit,
    throughput: (older.throughput + newer.throughput) / 2,
    error: Math.hypot(older.error, newer.error) / 2,
  }
}

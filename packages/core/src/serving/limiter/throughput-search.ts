/** How much of what more calls at once could bring they must bring. */
const worth = 0.4
/** How much of the throughput fewer calls at once must keep. */
const kept = 0.95
const step = 1.5
const mostPatience = 16

/**
 * Finds how many calls at once a server is worth: it doubles them while that brings throughput, then tries a little
 * more and a little less from time to time, and more seldom the longer nothing changes. A server that works on one call
 * at a time shows by the second round that two bring no more than one.
 *
 * Throughput is compared, and not latency as in TCP Vegas or Netflix's Gradient2: answers of a model differ in length
 * tenfold, and the shortest would count as the latency of an idle server.
 */
export class ThroughputSearch {
  #reference: { readonly limit: number; readonly throughput: number } | undefined
  #doubling = true
  #up = true
  #patience = 1
  #roundsToWait = 0

  /** A round at a limit has brought this throughput. @returns the limit of the next round */
  next(limit: number, throughput: number): number {
    const reference = this.#reference
    if (reference === undefined || reference.limit === limit) {
      this.#reference = {
        limit,
        throughput: reference === undefined ? throughput : (reference.throughput + throughput) / 2,
      }
      return --this.#roundsToWait > 0 ? limit : this.#trial(limit)
    }
    const ratio = limit / reference.limit
    const needed = reference.throughput * (ratio > 1 ? 1 + worth * (ratio - 1) : kept)
    if (throughput >= needed) {
      this.#reference = { limit, throughput }
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

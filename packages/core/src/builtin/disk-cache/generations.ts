const hour = 3_600_000

/**
 * Numbers that distinguish the answers of different runs for eviction: the later a run began, the higher its number.
 *
 * Runs read their rows in the same order each time. Plain least-recently-used eviction then removes exactly the answers
 * that the run needs next, and a run that is slightly larger than the cache reuses nothing. Eviction therefore starts
 * with the oldest generation, and within a generation with the answer that was stored last, because the run needs it
 * last.
 */
export class Generations {
  readonly #runs = new Map<string, number>()
  #last = 0

  /** The generation of a run, or of the current hour for a request outside a run. */
  of(run: string | undefined): number {
    if (run === undefined) return Math.floor(Date.now() / hour) * hour
    const known = this.#runs.get(run)
    if (known !== undefined) return known
    // Two runs in the same millisecond stay distinct, and a clock that is set back changes nothing.
    this.#last = Math.max(Date.now(), this.#last + 1)
    this.#runs.set(run, this.#last)
    return this.#last
  }
}

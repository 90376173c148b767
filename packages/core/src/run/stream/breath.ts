/** The time in milliseconds that rows may occupy the thread before timers, signals, and the network get a turn. */
const breathAfter = 50
/** While rows take less than this time in milliseconds, the clock is not read for each of them. */
const quick = 0.1
const mostRows = 16

/** Tells when rows have occupied the thread for long. */
export class Breath {
  readonly #began = performance.now()
  #looked = this.#began
  #gap = 1
  #left = 1

  /** Called after each row. */
  isLong(): boolean {
    if (--this.#left > 0) return false
    const now = performance.now()
    this.#gap = now - this.#looked < quick ? Math.min(2 * this.#gap, mostRows) : 1
    this.#looked = now
    this.#left = this.#gap
    return now - this.#began > breathAfter
  }
}

/** Refusals return sooner than answers. */
const quietMs = 30
/** A run of few calls is over before the useful concurrency is known. */
const few = 128
/** The number of concurrent calls for such a run. */
const wide = 64

/**
 * The beginning of a run. If it has few calls, and the provider refuses none of the first ones for a moment, more of
 * them may join at once, so that they need no further round of calls.
 */
export class Opening {
  #widensAt: number | undefined
  #isWide = false
  #isOver = false

  /** The number of concurrent calls that are permitted in any case. */
  get least(): number {
    return this.#isWide ? wide : 0
  }

  /** Reports that a call was sent. */
  send(now: number): void {
    this.#widensAt ??= now + quietMs
  }

  /** Reports that a call was refused. */
  refused(): void {
    this.#isOver = true
  }

  /**
   * Milliseconds until more calls may join; infinite if that does not happen.
   *
   * @param calls The calls in progress and those that wait.
   */
  wait(calls: number, now: number): number {
    if (this.#isOver || this.#isWide || this.#widensAt === undefined || calls > few) return Number.POSITIVE_INFINITY
    return Math.max(0, this.#widensAt - now)
  }

  widen(): void {
    this.#isWide = true
  }
}

/**
 * A token bucket: lets units through at a steady rate, by the generic cell rate algorithm. It holds one time: that at
 * which all that was let through is paid off. A pause saves nothing up beyond the slack, so nothing bursts after it.
 */
export class TokenBucket {
  readonly #slackMs: number
  #perMs = Number.POSITIVE_INFINITY
  #paidOffAt = Number.NEGATIVE_INFINITY

  /** @param slackMs How far it may run ahead: timers are late, and what they lose is made up for. */
  constructor(slackMs: number) {
    this.#slackMs = slackMs
  }

  /** Units per millisecond; infinite where nothing is bounded. */
  get perMs(): number {
    return this.#perMs
  }

  set perMs(rate: number) {
    this.#perMs = rate
  }

  /**
   * The rate that keeps a limit by the minute in every minute, the slack counted in.
   *
   * @param perMinute Units in any 60 seconds at most.
   */
  within(perMinute: number): number {
    return perMinute / (60_000 + this.#slackMs)
  }

  /** Milliseconds until the next unit may go. */
  wait(now: number): number {
    return Math.max(0, this.#paidOffAt - this.#slackMs - now)
  }

  /** Lets units through; a negative number gives back what was taken too much. */
  take(units: number, now: number): void {
    this.#paidOffAt = Math.max(this.#paidOffAt, now) + units / this.#perMs
  }

  /** Lets nothing through before a time. */
  hold(until: number): void {
    this.#paidOffAt = Math.max(this.#paidOffAt, until + this.#slackMs)
  }

  /** Bounds nothing any more. */
  release(): void {
    this.#perMs = Number.POSITIVE_INFINITY
    this.#paidOffAt = Number.NEGATIVE_INFINITY
  }
}

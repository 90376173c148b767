/**
 * A token bucket: it admits units at a steady rate, by the generic cell rate algorithm. Its only state is the time at
 * which all admitted units are paid off. A pause saves up no more than the slack, so no burst follows it.
 */
export class TokenBucket {
  readonly #slackMs: number
  #perMs = Number.POSITIVE_INFINITY
  #paidOffAt = Number.NEGATIVE_INFINITY

  /** @param slackMs How far it may run ahead: timers fire late, and the slack recovers the lost time. */
  constructor(slackMs: number) {
    this.#slackMs = slackMs
  }

  /** Units per millisecond; infinite if nothing is limited. */
  get perMs(): number {
    return this.#perMs
  }

  set perMs(rate: number) {
    this.#perMs = rate
  }

  /**
   * The rate that respects a limit per minute in every minute, including the slack.
   *
   * @param perMinute The maximum units in any 60 seconds.
   */
  within(perMinute: number): number {
    return perMinute / (60_000 + this.#slackMs)
  }

  /** Milliseconds until the next unit may be admitted. */
  wait(now: number): number {
    return Math.max(0, this.#paidOffAt - this.#slackMs - now)
  }

  /** Admits units; a negative number returns units that were not used. */
  take(units: number, now: number): void {
    this.#paidOffAt = Math.max(this.#paidOffAt, now) + units / this.#perMs
  }

  /** Admits nothing before a time. */
  hold(until: number): void {
    this.#paidOffAt = Math.max(this.#paidOffAt, until + this.#slackMs)
  }

  /** Removes the limit. */
  release(): void {
    this.#perMs = Number.POSITIVE_INFINITY
    this.#paidOffAt = Number.NEGATIVE_INFINITY
  }
}

/**
 * The cool-down of an account: while one of its models is in a cool-down, the others are not asked either. An answer to
 * a call that was sent later than the refused one ends it.
 */
export class Account {
  readonly #woken = new Set<() => void>()
  #until = 0
  #refusedAt = 0
  /** The limiter that began the cool-down, which best knows when it ends. */
  #owner: unknown

  /** Called when a cool-down ends early. */
  onWake(wake: () => void): void {
    this.#woken.add(wake)
  }

  /** The remaining milliseconds of a cool-down that another limiter began. */
  wait(now: number, limiter: unknown): number {
    return limiter === this.#owner ? 0 : Math.max(0, this.#until - now)
  }

  /** Begins or extends a cool-down. @param sentAt When the refused call was sent. */
  coolDown(until: number, sentAt: number, limiter: unknown): void {
    if (until < this.#until) return
    this.#until = until
    this.#refusedAt = sentAt
    this.#owner = limiter
  }

  /** Reports that a call was answered. @param sentAt When it was sent. */
  answered(sentAt: number, now: number): void {
    if (this.#until <= now || sentAt <= this.#refusedAt) return
    this.#until = 0
    for (const wake of this.#woken) wake()
  }
}

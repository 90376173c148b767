/**
 * The cool-down of an account: while one of its models is left in peace, the others are not asked either. An answer to a
 * call that was sent later than the refused one ends it.
 */
export class Account {
  readonly #woken = new Set<() => void>()
  #until = 0
  #refusedAt = 0
  /** Whose it is: that one knows best when it is over. */
  #owner: unknown

  /** Is called when a cool-down ends early. */
  onWake(wake: () => void): void {
    this.#woken.add(wake)
  }

  /** Milliseconds that one of another limiter still lasts. */
  wait(now: number, limiter: unknown): number {
    return limiter === this.#owner ? 0 : Math.max(0, this.#until - now)
  }

  /** One begins, or lasts longer. @param sentAt When the call was sent that was refused. */
  coolDown(until: number, sentAt: number, limiter: unknown): void {
    if (until < this.#until) return
    this.#until = until
    this.#refusedAt = sentAt
    this.#owner = limiter
  }

  /** A call was answered. @param sentAt When it had been sent. */
  answered(sentAt: number, now: number): void {
    if (this.#until <= now || sentAt <= this.#refusedAt) return
    this.#until = 0
    for (const wake of this.#woken) wake()
  }
}

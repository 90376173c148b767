/** A place where two parties wait for each other, so that what they do overlaps. Each may come several times. */
export class Meeting {
  #waiting: PromiseWithResolvers<void> | undefined
  #hasEnded = false

  /** Waits until the other party has come as well, or will not come again. */
  arrive(): Promise<void> {
    if (this.#hasEnded) return Promise.resolve()
    const waiting = this.#waiting
    if (waiting === undefined) {
      this.#waiting = Promise.withResolvers<void>()
      return this.#waiting.promise
    }
    this.#waiting = undefined
    waiting.resolve()
    return waiting.promise
  }

  /** One party will not come again. */
  end(): void {
    this.#hasEnded = true
    this.#waiting?.resolve()
  }
}

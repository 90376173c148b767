/** Bounds the calls of a step that are in progress at once. The others wait for their turn, in order. */
export class CallGate {
  readonly #most: number
  readonly #waiting: (() => void)[] = []
  #active = 0
  #isStarting = false

  constructor(most: number) {
    this.#most = most
  }

  /** Starts a call, now or when others have ended. Each call ends with `leave`. */
  enter(start: () => void): void {
    this.#waiting.push(start)
    this.#startNext()
  }

  /** A call has ended. */
  readonly leave = (): void => {
    this.#active--
    this.#startNext()
  }

  #startNext(): void {
    // A call that ends at once returns here. Without this check, the recursion would deepen with every row.
    if (this.#isStarting) return
    this.#isStarting = true
    while (this.#active < this.#most) {
      const start = this.#waiting.shift()
      if (start === undefined) break
      this.#active++
      start()
    }
    this.#isStarting = false
  }
}

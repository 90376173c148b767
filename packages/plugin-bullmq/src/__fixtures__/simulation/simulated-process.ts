/** A process that may die or stand still, with a network that takes a moment. */
export class SimulatedProcess {
  #isAlive = true
  #standsUntil = 0
  readonly #random: () => number

  constructor(random: () => number) {
    this.#random = random
  }

  kill(): void {
    this.#isAlive = false
  }

  /** As SIGSTOP does it, and SIGCONT after a while. */
  stand(milliseconds: number): void {
    this.#standsUntil = Date.now() + milliseconds
  }

  readonly answers = (): boolean => this.#isAlive && Date.now() >= this.#standsUntil

  /** Waits as long as a request takes; for ever if the process is dead. */
  readonly delay = async (): Promise<void> => {
    await this.wait(1 + 9 * this.#random())
  }

  /** Waits for some time of the process. */
  async wait(milliseconds: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, milliseconds))
    while (this.#isAlive && !this.answers())
      await new Promise((resolve) => setTimeout(resolve, this.#standsUntil - Date.now()))
    if (!this.#isAlive) await new Promise(() => undefined)
  }
}

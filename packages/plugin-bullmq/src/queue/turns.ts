/** Work of one process that runs beside other work, or alone. */
export class Turns {
  #beside = 0
  /** How many pieces of work run alone or wait for it. */
  #alone = 0
  #turn: Promise<unknown> = Promise.resolve()
  readonly #waiting: (() => void)[] = []

  /** Runs work that may have other work beside it. What waits to run alone goes first. */
  async beside(work: () => Promise<void>): Promise<void> {
    while (this.#alone > 0) await this.#change()
    this.#beside++
    try {
      await work()
    } finally {
      this.#beside--
      this.#changed()
    }
  }

  /** Runs work when nothing else runs. */
  async alone(work: () => Promise<void>): Promise<void> {
    this.#alone++
    const turn = this.#turn.then(async () => {
      while (this.#beside > 0) await this.#change()
      await work()
    })
    this.#turn = turn.catch(() => undefined)
    try {
      await turn
    } finally {
      this.#alone--
      this.#changed()
    }
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  #changed(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}

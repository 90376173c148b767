const windowMilliseconds = 20_000

interface Sample {
  readonly time: number
  readonly count: number
}

/** The number of items per second: over the last time window, or over the whole time if nothing moved in the window. */
export class RateMeter {
  readonly #started: Sample
  #samples: Sample[]

  /** @param count The number of items that were done before. They say nothing about the rate. */
  constructor(time: number, count = 0) {
    this.#started = { time, count }
    this.#samples = [this.#started]
  }

  /** Records the count at a time. */
  add(time: number, count: number): void {
    this.#samples.push({ time, count })
    // One sample from before the window stays, so that the samples cover the whole window.
    while ((this.#samples[1]?.time ?? time) < time - windowMilliseconds) this.#samples.shift()
  }

  /** @returns undefined until something is done */
  perSecond(): number | undefined {
    const first = this.#samples[0]
    const last = this.#samples.at(-1)
    const { time, count } = this.#started
    if (first === undefined || last === undefined || last.count <= count) return undefined
    const recent = perSecond(last.count - first.count, last.time - first.time)
    return recent > 0 ? recent : perSecond(last.count - count, last.time - time)
  }
}

function perSecond(count: number, milliseconds: number): number {
  return (count * 1000) / Math.max(milliseconds, 1)
}

const windowMilliseconds = 20_000

/** The number of items per second: over the last time window, or over the whole time if nothing moved in the window. */
export class RateMeter {
  readonly #started: number
  #samples: { readonly time: number; readonly count: number }[]

  constructor(time: number) {
    this.#started = time
    this.#samples = [{ time, count: 0 }]
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
    if (first === undefined || last === undefined || last.count === 0) return undefined
    const recent = perSecond(last.count - first.count, last.time - first.time)
    return recent > 0 ? recent : perSecond(last.count, last.time - this.#started)
  }
}

function perSecond(count: number, milliseconds: number): number {
  return (count * 1000) / Math.max(milliseconds, 1)
}

const windowMilliseconds = 20_000

/** How many things a second get done: over the last stretch of time, or over all of it while nothing has moved since. */
export class RateMeter {
  readonly #started: number
  #samples: { readonly time: number; readonly count: number }[]

  constructor(time: number) {
    this.#started = time
    this.#samples = [{ time, count: 0 }]
  }

  /** Notes the count at a time. */
  add(time: number, count: number): void {
    this.#samples.push({ time, count })
    // One sample from before the window stays, so that it is covered whole.
    while ((this.#samples[1]?.time ?? time) < time - windowMilliseconds) this.#samples.shift()
  }

  /** @returns undefined while nothing is done */
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

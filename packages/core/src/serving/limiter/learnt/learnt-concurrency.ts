const mostDoubts = 64

/** The number of calls that may be in progress at once; infinite until it is learnt. */
export class LearntConcurrency {
  value = Number.POSITIVE_INFINITY
  /** The latest limit that was kept without more refusals than usual. */
  good = Number.POSITIVE_INFINITY
  /** The number of refused calls that met more calls in progress than were ever admitted. */
  #beyond = 0
  /** The signs of a limit that are still to be ignored; a limit that did not help doubles their number. */
  #doubtsLeft = 0
  #doubts = 1

  /** Reports that a call was admitted. @param load The calls that it met in progress. */
  admitted(load: number): void {
    if (load < this.good) return
    this.good = Math.min(this.value, load + 1)
    this.#beyond = 0
  }

  /** Reports that a call was refused. @returns whether a raised limit is to be taken back */
  refused(load: number): boolean {
    return this.value > this.good && load >= this.good && ++this.#beyond >= 2
  }

  /** Reports signs of a limit. @returns whether to try it */
  isWorthTrying(limit: number): boolean {
    return limit < this.value && this.#doubtsLeft-- <= 0
  }

  /** Keeping a limit has helped. */
  believe(): void {
    this.#doubts = 1
  }

  /** Keeping a limit did not help. @param before The previous limit. */
  refute(before: number): void {
    this.value = before
    this.#doubts = Math.min(mostDoubts, this.#doubts * 2)
    this.#doubtsLeft = this.#doubts
  }

  takeBack(): void {
    this.value = this.good
    this.#beyond = 0
  }

  raise(factor: number): void {
    this.value = Math.ceil(this.value * factor)
  }
}

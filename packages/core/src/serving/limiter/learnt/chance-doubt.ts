/** A smaller share of refused calls costs little, whatever its reason is. */
const doubtful = 0.2
/** The number of calls after which the reason is examined again; it doubles each time that it was chance. */
const calls = { first: 256, most: 4096 }

/**
 * Decides when to doubt that refusals happen by chance. A client that always asks at once again sees a limit of the rate
 * as a constant share of refused calls, as chance would refuse them. Only keeping a rate shows the difference.
 */
export class ChanceDoubt {
  #calls = 0
  #patience = calls.first

  /** Reports the end of a block of calls. @param share The share of calls that seems to be refused by chance. */
  isDue(share: number, blockCalls: number): boolean {
    this.#calls = share < doubtful ? 0 : this.#calls + blockCalls
    return this.#calls >= this.#patience
  }

  /** Reports that a rate is tried. */
  examine(): void {
    this.#calls = 0
    this.#patience = Math.min(calls.most, this.#patience * 2)
  }
}

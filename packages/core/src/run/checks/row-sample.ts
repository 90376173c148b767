/** Every row up to this one is checked; most mistakes show in the first rows. */
const firstRows = 100
/** After them one row in so many is checked; a prime, so that it keeps no step with what repeats. */
const stride = 127

/** How much the runner checks of what plugins give. */
export type CheckMode = 'sample' | 'strict'

/** Says of each row in turn whether it is checked: all of the first, and a sample of the others; with `strict` all. */
export class RowSample {
  readonly #every: boolean
  #rows = 0
  #next = 0

  constructor(mode: CheckMode = 'sample') {
    this.#every = mode === 'strict'
  }

  /** Whether the next row is to be checked. */
  takes(): boolean {
    if (this.#every) return true
    if (this.#rows++ !== this.#next) return false
    this.#next += this.#rows < firstRows ? 1 : stride
    return true
  }
}

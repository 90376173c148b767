/** Every row up to this one is checked, because most mistakes show in the first rows. */
const firstRows = 100
/**
 * After the first rows, one row in this many is checked. The number is prime, so that the sample does not fall into
 * step with rows that repeat.
 */
const stride = 127

/** The extent of the runner's checks of what plugins return. */
export type CheckMode = 'sample' | 'strict'

/**
 * Decides for each row in turn whether it is checked: all of the first rows and a sample of the others, or every row in
 * the mode `strict`.
 */
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

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
    if (this.#rows++ !== this.#next) return false
    this.#goOn()
    return true
  }

  /** The positions of those of the next rows that are to be checked. */
  among(count: number): readonly number[] {
    const start = this.#rows
    this.#rows += count
    const taken: number[] = []
    for (; this.#next < this.#rows; this.#goOn()) taken.push(this.#next - start)
    return taken
  }

  #goOn(): void {
    this.#next += this.#every || this.#next < firstRows - 1 ? 1 : stride
  }
}

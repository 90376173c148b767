import type { RejectedRow } from '../../contracts/operator.js'

/** The maximum number of rejected rows that are listed. */
const mostRows = 1000

/** The rejected rows of a run, for steps that must know which rows are missing. */
export class RejectedBefore {
  #rows: RejectedRow[] | undefined = []

  /** The rows so far; undefined if there were too many to list. */
  get rows(): readonly RejectedRow[] | undefined {
    return this.#rows?.slice()
  }

  add(row: RejectedRow): void {
    if (this.#rows !== undefined && this.#rows.length >= mostRows) this.#rows = undefined
    this.#rows?.push(row)
  }
}

import { recogniseAcrossCopies } from './across-copies.js'
import type { ColumnSet, Row } from './row.js'

/**
 * Another source than that of the pipeline, as an operator gets it for an option `{ use, ...options }`: a second table. It
 * is checked with the plan, and read when the operator asks for its rows.
 */
export class RowSource {
  /** The source's name. */
  readonly use: string
  /** Its options, as the plan shows them. */
  readonly shown: unknown
  /** The columns that its options declare. */
  readonly columns: ColumnSet
  readonly #read: (signal: AbortSignal) => Promise<readonly Row[]>

  constructor(use: string, shown: unknown, columns: ColumnSet, read: (signal: AbortSignal) => Promise<readonly Row[]>) {
    this.use = use
    this.shown = shown
    this.columns = columns
    this.#read = read
  }

  /** All rows, held in memory. @throws what the source throws, and the error of a record that is no row */
  rows(signal: AbortSignal): Promise<readonly Row[]> {
    return this.#read(signal)
  }
}
recogniseAcrossCopies(RowSource, 'RowSource')

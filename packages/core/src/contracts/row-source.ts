import { recogniseAcrossCopies } from './across-copies.js'
import type { ColumnSet, Row } from './row.js'

/**
 * A second source of a pipeline, such as a second table, as an operator receives it for an option
 * `{ use, ...options }`. It is checked with the plan and read when the operator requests its rows.
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

  /** All rows, in memory. @throws the error of the source, or of a record that is not a row */
  rows(signal: AbortSignal): Promise<readonly Row[]> {
    return this.#read(signal)
  }
}
recogniseAcrossCopies(RowSource, 'RowSource')

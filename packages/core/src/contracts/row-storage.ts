import type { Batch } from './row.js'
import type { SourceBatch } from './source.js'

/** The result of one finished write. */
export interface WriteResult {
  readonly rows: number
  /** The new location of the rows, for people: a path, a table, "memory". */
  readonly location: string
  /** The paths of the files that hold the rows, if there may be several. */
  readonly files?: readonly string[]
}

/**
 * Rows in numbered steps: step 0 is the input, and every `write` creates the next one. A write that does not finish
 * leaves the previous step unchanged.
 */
export interface RowStorage {
  /** The number of the newest finished step; 0 is the input. */
  readonly operatorStep: number
  /** A view whose `read` stays at the newest finished step, whatever is written meanwhile. */
  step(): RowStorage
  /**
   * The rows of the current step, in order, in batches, together with the records of an input that could not be read as
   * rows.
   */
  read(): AsyncIterable<SourceBatch>
  /** Writes the next step, which becomes the current one when all rows are stored safely. */
  write(batches: AsyncIterable<Batch> | Iterable<Batch>): Promise<WriteResult>
}

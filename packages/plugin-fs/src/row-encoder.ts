import type { Batch } from '@maestro-dataflow/core'

/** Converts rows to the text of a file. */
export interface RowEncoder {
  /** @throws an error with the row's id; nothing of the batch is written then */
  encode(batch: Batch): string
  /** The text that completes a file. */
  end(): string
}

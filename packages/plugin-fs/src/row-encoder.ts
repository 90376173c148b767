import type { Batch } from '@maestro-dataflow/core'

/** Turns rows into a file's text. */
export interface RowEncoder {
  /** @throws with the row's id; nothing of the batch is written then */
  encode(batch: Batch): string
  /** What a finished file still needs. */
  end(): string
}

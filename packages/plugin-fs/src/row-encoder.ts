import type { Batch } from '@maestro-dataflow/core'

/** Converts rows to the text of a file. */
export interface RowEncoder {
  /** @throws an error with the row's id; nothing of the batch is written then */
  encode(batch: Batch): string
  /** The text that completes a file. */
  end(): string
  /** What a new encoder needs to go on here, as JSON; undefined while the encoder gathers the first rows. */
  state(): EncoderState | undefined
}

/** How far an encoder has come. */
export interface EncoderState {
  /** Whether the file has begun. */
  readonly begun?: boolean
  /** The columns of the header that is written. */
  readonly header?: readonly string[]
}

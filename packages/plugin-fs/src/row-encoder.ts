import type { Batch } from '@maestro-dataflow/core'
import type { Compression } from './format.js'
import type { Shapes } from './spooled/spool-shapes.js'

/** Converts rows to the text of a file. */
export interface RowEncoder {
  /** @throws an error with the row's id; nothing of the batch is written then */
  encode(batch: Batch): string
  /** The text that completes a file. */
  end(): string
  /** What a new encoder needs to go on here, as JSON; undefined while the encoder gathers the first rows. */
  state(): EncoderState | undefined
  /** Whether it has written a row that can be refused when the types of all columns are known. @default no */
  isUnsure?(): boolean
  /** The shapes of the columns of all rows; undefined if they are not known. */
  shapes?(): Shapes | undefined
  /** How the whole text becomes the file, if it must be made anew: from the file `written`, at `path`. */
  finish?(compression: Compression): ((written: string, path: string) => Promise<void>) | undefined
}

/** How far an encoder has come. */
export interface EncoderState {
  /** Whether the file has begun. */
  readonly begun?: boolean
  /** The columns of the header. */
  readonly header?: readonly string[]
  /** The number of columns in the header that is written, if rows have had more since. */
  readonly written?: number
}

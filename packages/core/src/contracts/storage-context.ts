import type { Logger } from './logger.js'
import type { ParquetOutput } from './parquet-output.js'
import type { Columns } from './row.js'

/** Rows that a sink holds back. */
export interface HeldRows {
  /** The lines of a step file: `encodeStepLine` makes them. */
  readonly path: string
  /** All columns that a row has, and their types. */
  readonly columns: Columns
}

/** What a source or sink receives from the run. */
export interface StorageContext {
  /** The folder of the config file, where relative paths start. */
  readonly directory: string
  /** Whether paths outside `directory` may be used. */
  readonly allowOutside: boolean
  /** Whether web addresses may lie in private networks or on this machine. @default false */
  readonly allowPrivateAddresses?: boolean | undefined
  readonly signal: AbortSignal
  /**
   * The folder of this run, for temporary files and for files that must stay beside its report. What its folder `source` holds
   * is there for a resumption, and is removed when the run is done.
   */
  readonly runDirectory: string
  readonly logger: Logger
  /**
   * Lets the table engine of the project write held rows as a Parquet file from which the same values are read. It returns
   * undefined if there is no engine or the engine does not know that it can, and may leave anything at the path; the sink
   * then writes the rows itself.
   *
   * @returns the number of rows
   */
  writeParquet?(rows: HeldRows, output: ParquetOutput): Promise<number | undefined>
}

/** What a check of a source or sink receives, before any run. `runDirectory` is that of a run that is to be resumed. */
export type StorageCheckContext = Pick<StorageContext, 'directory' | 'allowOutside' | 'allowPrivateAddresses'> & {
  readonly runDirectory?: string | undefined
}

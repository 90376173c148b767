import type { MaestroError } from '../errors/maestro-error.js'
import type { Batch, ColumnSet } from './row.js'
import type { Schema } from './schema.js'
import type { StorageCheckContext, StorageContext } from './storage-context.js'

/** One record that a source could not read as a row, with the reason. */
export interface SourceReject {
  readonly id: string
  /** The readable part of it: the raw line or cell text, cut to a readable length. */
  readonly row: unknown
  readonly error: MaestroError
  /** The number of rows of its batch before it; a limited run counts no record beyond its last row. @default 0 */
  readonly after?: number
}

/** A place in a source from which reading can go on, as JSON that only the source understands. */
export type SourceCursor = Readonly<Record<string, unknown>>

/** A batch from a source. */
export interface SourceBatch extends Batch {
  /** Where reading goes on after this batch, for a source that can. It may be missing on some batches. */
  readonly cursor?: SourceCursor
  /** The approximate bytes of the rows in memory; this limits the rows in progress. */
  readonly bytes?: number
  /** The records of this range that could not be read as rows. */
  readonly rejects?: readonly SourceReject[]
}

/** Files with one JSON object per line, which a table engine may read or write as text. */
export interface JsonLinesFiles {
  readonly paths: readonly string[]
  /** The row ids of file i are `${idPrefixes[i]}${line number from 1}`, the same as from the source itself. */
  readonly idPrefixes: readonly string[]
}

/** Parquet files whose columns a table engine may read itself. */
export interface ParquetFiles {
  readonly paths: readonly string[]
  /** The row ids of file i are `${idPrefixes[i]}${row number from 1}`, the same as from the source itself. */
  readonly idPrefixes: readonly string[]
  /** The columns of the rows, in their order. Every file has them. */
  readonly columns: readonly ParquetFileColumn[]
}

/** A column of Parquet files. */
export interface ParquetFileColumn {
  readonly name: string
  /**
   * What its values are in a row. `integer`: those of 64 bits that no number holds exactly are big integers. `date`: times
   * to the millisecond.
   */
  readonly values: 'string' | 'number' | 'integer' | 'bigint' | 'boolean' | 'date'
}

/** An open source. */
export interface SourceReader {
  /**
   * @param from The cursor of a batch of an earlier process: the rows behind it are read, with the same ids as before.
   *   Only a source that gives cursors gets one, and only if its `identity` has not changed.
   */
  read(from?: SourceCursor): AsyncIterable<SourceBatch>
  /** The number of rows, if it is known without reading all of them. */
  readonly rowCount?: number
  /** The total bytes and the bytes that were read, for progress. */
  progress?(): { readonly bytesRead: number; readonly bytesTotal: number } | undefined
  /**
   * Identifies what the source reads, by parts with names for people, such as each file with its size, its time, and a
   * hash of its beginning and end. A resumed run compares it with what was read before. Without it, the source cannot
   * say whether its rows have changed.
   *
   * @param isFull Whether to hash the whole content.
   */
  identity?(isFull: boolean): Promise<Readonly<Record<string, string>>>
  /** Set if a table engine may read the unchanged rows as text instead. */
  readonly jsonLines?: JsonLinesFiles
  /** Set if a table engine may read the columns of the rows from Parquet files instead. */
  readonly parquet?: ParquetFiles
}

/** What a source receives that infers its options. */
export interface InferenceContext extends StorageCheckContext {
  /** The number of rows to look at. */
  readonly rows: number
}

/** What the first rows of a source suggest. */
export interface SuggestedOptions {
  /** The options, such as the columns. */
  readonly options: Readonly<Record<string, unknown>>
  /** By column, what the values may mean besides, such as an option that must be told. */
  readonly remarks?: Readonly<Record<string, string>>
}

/**
 * The reading side of a storage, as `defineSource` creates it.
 *
 * @typeParam S The declaration of its options; `Row` The type of its rows.
 */
export interface SourceDefinition<S = unknown, Row = unknown, Options = unknown> {
  /** The options as they were declared; the types follow from them. */
  readonly shape: S
  /** The schema that checks the options. */
  readonly options: Schema
  /** Carries a type; has no value at run time. */
  readonly row?: Row
  /** The columns that the options declare. */
  columns(options: Options): ColumnSet
  /**
   * Rows may lack some of the declared columns, as the keys of JSON do. Without it, a column that no row has is a fault
   * of the source.
   *
   * @default false
   */
  readonly optionalColumns?: boolean
  /**
   * The columns that the source itself states, if it knows more than the options: a database knows the types of its
   * columns, and a CSV file has a header. It is called when the plan is made, after `check` has found no fault. Its
   * result replaces `columns` and must include what the options declare.
   */
  describeColumns?(options: Options, context: StorageCheckContext): Promise<ColumnSet>
  /**
   * The options that the first rows suggest, for a source whose rows have no types of their own: the types of its
   * columns and, if they are not among the options, a delimiter or whatever else reads the rows as they are. Columns that
   * the options declare do not count.
   */
  inferOptions?(options: Options, context: InferenceContext): Promise<SuggestedOptions>
  /**
   * What the options read, in the form of the sink's `target`. A run that rejects rows does not replace what it has read.
   */
  inputs?(options: Options, context: StorageCheckContext): Promise<readonly string[]>
  open(options: Options, context: StorageContext): Promise<SourceReader> | SourceReader
  /** Faults that can be detected before anything is read, such as a missing file. */
  check?(options: Options, context: StorageCheckContext): Promise<readonly MaestroError[]>
}

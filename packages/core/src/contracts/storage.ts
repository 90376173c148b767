import type { MaestroError } from '../errors/maestro-error.js'
import type { Logger } from './logger.js'
import type { Batch, ColumnSet, Row, RowId } from './row.js'
import type { Schema } from './schema.js'

/** The result of one finished write. */
export interface WriteResult {
  readonly rows: number
  /** The new location of the rows, for people: a path, a table, "memory". */
  readonly location: string
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

/** What a source or sink receives from the run. */
export interface StorageContext {
  /** The folder of the config file, where relative paths start. */
  readonly directory: string
  /** Whether paths outside `directory` may be used. */
  readonly allowOutside: boolean
  /** Whether web addresses may lie in private networks or on this machine. @default false */
  readonly allowPrivateAddresses?: boolean | undefined
  readonly signal: AbortSignal
  /** The folder of this run, for temporary files and for files that must stay beside its report. */
  readonly runDirectory: string
  readonly logger: Logger
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

/** A Parquet file that a table engine may write. */
export interface ParquetOutput {
  readonly path: string
  readonly compression: 'snappy' | 'zstd' | 'gzip' | 'brotli' | 'none'
  /** About how many rows a row group has. */
  readonly rowGroup: number
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

/** A row that an output refused. */
export interface RefusedRow {
  readonly id: RowId
  readonly row: Row
  readonly error: MaestroError
}

/** A point to which a sink can return. */
export interface SinkCheckpoint {
  /** Where the sink is, as JSON that only the sink understands. */
  readonly state: unknown
  /**
   * Commits the rows up to this point in a transaction that holds `state`, for a sink that cannot make them safe before.
   * It is called when the run has noted `state`. A resumed run asks `findCheckpoint` whether the transaction has ended.
   */
  readonly settle?: () => Promise<void>
}

/** An open sink. Nothing is visible at the target before `commit`. */
export interface SinkWriter {
  /** @throws an error with the id of a refused row; nothing of the batch is written then */
  write(batch: Batch): void | Promise<void>
  /**
   * For a sink that processes rows after their `write` has returned: the rows that it refused since the last call.
   *
   * @param last There are no more rows, so the sink waits for the work in progress.
   */
  refused?(last: boolean): readonly RefusedRow[] | Promise<readonly RefusedRow[]>
  /** Makes the rows visible. @returns the number of written rows: all rows that it received, without those that it refused */
  commit(): Promise<WriteResult>
  /**
   * The number of rows that it holds, without those that it refused, when all rows have arrived. A sink that states it is
   * checked before any output of the run becomes visible. Otherwise, the count is known only after the commit.
   */
  readonly rowsWritten?: number | undefined
  /**
   * Removes rows that the target holds, together with what was written: they are gone when `commit` has ended. It is
   * called once, before `commit`, of sinks whose outputs have a `key` for incremental runs.
   *
   * @param columns The columns that `isGone` needs.
   * @param isGone Whether to remove a row.
   */
  removeRows?(columns: readonly string[], isGone: (row: Row) => boolean): Promise<void>
  /** Removes what was written and leaves the target unchanged. It may be called after a failed commit. */
  abort(): Promise<void>
  /**
   * Makes all rows so far safe from a crash and returns the point to which a later process of the run returns with
   * `continues`. None of these rows may be refused afterwards. Undefined if the sink cannot say now, for example because
   * it gathers its first rows. Without this method, a resumed run gives the sink all rows again.
   */
  checkpoint?(): Promise<SinkCheckpoint | undefined>
  /** Closes the sink without removing what its last checkpoint needs. Required with `checkpoint`. */
  suspend?(): Promise<void>
  /** Whether `commit` replaces rows that the target holds. Such a run fails if no row reaches the sink. @default false */
  readonly replaces?: boolean
  /**
   * Whether `commit` writes the receipt of `SinkTarget` together with the rows, in one transaction. A resumed run then
   * asks `findReceipt` whether an interrupted commit has ended.
   *
   * @default false
   */
  readonly keepsReceipt?: boolean
  /**
   * What the writers share whose rows become visible together, with the commit of the last of them, such as a
   * transaction. @default nothing
   */
  readonly commitsWith?: string | undefined
  /**
   * If set, a table engine may write the rows as JSON lines to this path instead of calling `write`; `commit` follows
   * with the count.
   */
  readonly jsonLines?: { readonly path: string; written(rows: number): void }
  /**
   * If set, a table engine may write the rows as a Parquet file to this path instead of calling `write`; `commit` follows
   * with the count. An engine that cannot leaves anything at the path, and `write` is called as usual.
   */
  readonly parquet?: ParquetOutput & { written(rows: number): void }
}

/** What a check of a source or sink receives, before any run. */
export type StorageCheckContext = Pick<StorageContext, 'directory' | 'allowOutside' | 'allowPrivateAddresses'>

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

/** What a sink knows about the rows to come. */
export interface SinkTarget {
  readonly columns: ColumnSet
  /** Whether the user allows the run to replace an existing output (`--overwrite`). */
  readonly overwrite: boolean
  /**
   * The real paths of the project's own files in a check: its config, its pipelines, and the plugins that are files. A sink
   * refuses to replace them unless its options allow it.
   */
  readonly projectFiles?: ReadonlySet<string>
  /**
   * Set if an earlier process of the run has left a checkpoint: the writer goes on behind it, and throws
   * `MAESTRO_RUN_OUTPUT_LOST` if it cannot.
   */
  readonly continues?: SinkContinuation
  /** What a sink with `keepsReceipt` writes together with the rows. It is missing if the run cannot be resumed. */
  readonly receipt?: SinkReceipt
}

/** A receipt belongs to one sink of one run. */
export interface SinkReceiptName {
  readonly run: string
  readonly sink: string
}

/**
 * Says that a sink has committed its rows. A target holds at most one receipt of a name: a second commit under the same
 * name must fail, because another process has written the rows.
 */
export interface SinkReceipt extends SinkReceiptName {
  /** Identifies what the rows depend on. */
  readonly fingerprint: string
}

/** The checkpoint of an earlier process of the run. */
export interface SinkContinuation {
  readonly state: unknown
  /** Whether that process may still run, without the right to write. */
  readonly isShared: boolean
}

/** An output that takes part in incremental runs, as an earlier run has left it. */
export interface MergeableOutput {
  /** Whether the output exists. If it does not, the run processes all rows. */
  readonly exists: boolean
  /**
   * The rows that it holds. An incremental run writes those that stay, before the new ones. Undefined if the sink itself
   * replaces rows by their key.
   */
  readonly rows?: () => AsyncIterable<SourceBatch>
  /** The columns by which the sink replaces rows, if its writers have `removeRows`. */
  readonly key?: readonly string[] | undefined
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

/**
 * The writing side of a storage, as `defineSink` creates it.
 *
 * @typeParam S The declaration of its options.
 */
export interface SinkDefinition<S = unknown, Options = unknown> {
  /** The options as they were declared; the types follow from them. */
  readonly shape: S
  /** The schema that checks the options. */
  readonly options: Schema
  /** Whether writers with these options have `jsonLines`: a table engine may then write the rows as text. */
  takesJsonLines?(options: Options): boolean
  /**
   * Identifies what the options would replace or create, in a normalized form:
   * two sinks of a pipeline with the same target are a fault of the plan. Undefined if sinks may share the target, such as
   * a table to which rows are appended.
   */
  target?(options: Options, context: StorageCheckContext): string | undefined
  open(options: Options, context: StorageContext & SinkTarget): Promise<SinkWriter> | SinkWriter
  /** Whether writers with these options have `checkpoint`: the plan says which sinks get all rows again. */
  continues?(options: Options): boolean
  /** The output of these options for an incremental run; undefined if its rows cannot be merged. */
  mergeable?(options: Options, context: StorageContext): Promise<MergeableOutput | undefined>
  /**
   * For sinks whose writers have `keepsReceipt`: the receipt under a name, and what its commit has returned. Undefined if
   * there is none, so that the rows are not there either.
   */
  findReceipt?(
    options: Options,
    context: StorageCheckContext,
    name: SinkReceiptName,
  ): Promise<{ readonly fingerprint: string; readonly result: WriteResult } | undefined>
  /**
   * For sinks whose checkpoints have `settle`: the `state` of the last one that was settled under a name, or undefined if
   * none was. From then on, no other process that has opened the sink under this name can commit.
   */
  findCheckpoint?(options: Options, context: StorageCheckContext, name: SinkReceiptName): Promise<unknown>
  /** Faults that can be detected before a run, such as an existing output that must not be overwritten. */
  check?(options: Options, context: StorageCheckContext & SinkTarget): Promise<readonly MaestroError[]>
}

/** A storage as a plugin contributes it: what `.read(name)` and `.write(name)` use. */
export interface StorageDefinition<
  Name extends string = string,
  Source = SourceDefinition | undefined,
  Sink = SinkDefinition | undefined,
> {
  readonly name: Name
  readonly description?: string
  readonly source?: Source
  readonly sink?: Sink
  /**
   * Tries to reach the target of the options, as far as possible, because the options of a storage in a config may be
   * incomplete. Used by `maestro doctor`.
   *
   * @returns what was reached, in a few words without secrets
   */
  probe?(options: unknown, context: StorageCheckContext): Promise<string>
}

/** Rows in code instead of from a storage. */
export type InlineRows<R = Row> = Iterable<R> | AsyncIterable<R>

import type { MaestroError } from '../errors/maestro-error.js'
import type { ParquetOutput } from './parquet-output.js'
import type { Batch, ColumnSet, Row, RowId } from './row.js'
import type { WriteResult } from './row-storage.js'
import type { Schema } from './schema.js'
import type { SourceBatch } from './source.js'
import type { StorageCheckContext, StorageContext } from './storage-context.js'

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
  /**
   * For a sink that knows only when all rows are there which of them it holds, such as a file whose columns get types from
   * all values: the rows that it refuses. It is called once, after the last `write` and before `commit`. No checkpoint may
   * cover a row that could still be refused here.
   */
  refusedAtEnd?(): Promise<readonly RefusedRow[]>
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
  /**
   * Identifies what a commit has made, as it is now; undefined if it is not there any more. A resumed run writes an output
   * again that was removed in the meantime, and says of a changed one that it stays.
   *
   * @param result What the commit has returned.
   * @default It is there, and nobody has changed it.
   */
  identify?(
    options: Options,
    context: StorageCheckContext,
    result: WriteResult,
  ): string | undefined | Promise<string | undefined>
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

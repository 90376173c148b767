import type { MaestroError } from '../errors/maestro-error.js'
import type { Logger } from './logger.js'
import type { Batch, ColumnSet, Row, RowId } from './row.js'
import type { Schema } from './schema.js'

/** What one finished write left. */
export interface WriteResult {
  readonly rows: number
  /** Where the rows are now, for people: a path, a table, "memory". */
  readonly location: string
}

/**
 * Rows in numbered steps: step 0 is the input, every `write` makes the next one. A write that does not finish
 * leaves the step before as it was.
 */
export interface RowStorage {
  /** The number of the newest finished step: 0 is the input. */
  readonly operatorStep: number
  /** A view whose `read` stays at the newest finished step, whatever is written meanwhile. */
  step(): RowStorage
  /** The rows of the current step, in order, in batches; with what of an input could not become rows. */
  read(): AsyncIterable<SourceBatch>
  /** Writes the next step; it becomes the current one when all rows are safely in. */
  write(batches: AsyncIterable<Batch> | Iterable<Batch>): Promise<WriteResult>
}

/** One row that a source could not give, with the reason. */
export interface SourceReject {
  readonly id: string
  /** What could be read of it: the raw line or cell text, cut to a readable length. */
  readonly row: unknown
  readonly error: MaestroError
}

/** A batch from a source. */
export interface SourceBatch extends Batch {
  /** About how many bytes the rows hold in memory; bounds what is in flight. */
  readonly bytes?: number
  /** Records of this stretch that could not become rows. */
  readonly rejects?: readonly SourceReject[]
}

/** What a source or sink gets from the run. */
export interface StorageContext {
  /** Relative paths start here: the folder of the config file. */
  readonly directory: string
  /** Whether paths outside `directory` may be used. */
  readonly allowOutside: boolean
  readonly signal: AbortSignal
  /** The folder of this run, for temporary files and what must be kept beside its report. */
  readonly runDirectory: string
  readonly logger: Logger
}

/** Files with one JSON object per line, which a table engine may read or write as text. */
export interface JsonLinesFiles {
  readonly paths: readonly string[]
  /** Row ids are `${idPrefixes[i]}${line number from 1}` for file i; the same as the source itself would give. */
  readonly idPrefixes: readonly string[]
}

/** A source that has been opened. */
export interface SourceReader {
  read(): AsyncIterable<SourceBatch>
  /** How many rows there are, where that is known without reading all. */
  readonly rowCount?: number
  /** How many bytes there are and how many have been read, for progress. */
  progress?(): { readonly bytesRead: number; readonly bytesTotal: number } | undefined
  /** Set when the rows may as well be read as text, untouched, by a table engine. */
  readonly jsonLines?: JsonLinesFiles
}

/** A row that an output refused. */
export interface RefusedRow {
  readonly id: RowId
  readonly row: Row
  readonly error: MaestroError
}

/** A sink that has been opened. Nothing is visible at the target before `commit`. */
export interface SinkWriter {
  /** @throws an error with the id of a row that is refused; nothing of the batch is written then */
  write(batch: Batch): void | Promise<void>
  /**
   * For a sink that goes on with rows after their `write` has returned: those that it refused since it was last asked.
   *
   * @param last There are no more rows: what goes on is waited for.
   */
  refused?(last: boolean): readonly RefusedRow[] | Promise<readonly RefusedRow[]>
  /** Makes the rows visible. @returns how many it wrote: all that it was given, without those that it refused */
  commit(): Promise<WriteResult>
  /**
   * How many rows it holds, without those that it refused, when all have come. A sink that says so is checked before any
   * output of the run becomes visible; of one that does not, the count is known when it has been committed.
   */
  readonly rowsWritten?: number
  /** Removes what was written; the target stays as it was. Safe to call after a failed commit. */
  abort(): Promise<void>
  /** When set, a table engine may write the rows as JSON lines to this path instead of `write`; `commit` follows with the count. */
  readonly jsonLines?: { readonly path: string; written(rows: number): void }
}

/** What a check of a source or sink gets, before any run. */
export type StorageCheckContext = Pick<StorageContext, 'directory' | 'allowOutside'>

/** What a sink knows of the rows to come. */
export interface SinkTarget {
  readonly columns: ColumnSet
  /** Whether the user said that an existing output may be replaced (`--overwrite`). */
  readonly overwrite: boolean
}

/**
 * The reading side of a storage, as `defineSource` makes it.
 *
 * @typeParam S What its options are declared as; `Row` The type of its rows.
 */
export interface SourceDefinition<S = unknown, Row = unknown, Options = unknown> {
  /** The options as they were declared; the types follow from them. */
  readonly shape: S
  /** The schema that options are checked by. */
  readonly options: Schema
  /** Carries a type; has no value at run time. */
  readonly row?: Row
  /** The columns that the options declare. */
  columns(options: Options): ColumnSet
  /** Rows may hold columns beside those that the options declare, and lack some of them. @default false */
  readonly extraColumns?: boolean
  /**
   * The columns as the source itself states them, where it knows more than the options say: a database knows the types of
   * its columns, a CSV file has a header. It is asked when the plan is made, after `check` has found no fault, and its
   * answer takes the place of `columns`: what the options declare must be in it.
   */
  describeColumns?(options: Options, context: StorageCheckContext): Promise<ColumnSet>
  open(options: Options, context: StorageContext): Promise<SourceReader> | SourceReader
  /** Faults that can be seen before anything is read, such as a file that does not exist. */
  check?(options: Options, context: StorageCheckContext): Promise<readonly MaestroError[]>
}

/**
 * The writing side of a storage, as `defineSink` makes it.
 *
 * @typeParam S What its options are declared as.
 */
export interface SinkDefinition<S = unknown, Options = unknown> {
  /** The options as they were declared; the types follow from them. */
  readonly shape: S
  /** The schema that options are checked by. */
  readonly options: Schema
  /** Whether writers of these options have `jsonLines`: a table engine may then write the rows as text. */
  takesJsonLines?(options: Options): boolean
  /**
   * What the options would replace or create, as a text that is the same however it is written: two sinks of a pipeline
   * with the same target are a fault of the plan. Undefined where sinks may share it, such as a table that rows are
   * appended to.
   */
  target?(options: Options, context: StorageCheckContext): string | undefined
  open(options: Options, context: StorageContext & SinkTarget): Promise<SinkWriter> | SinkWriter
  /** Faults that can be seen before a run, such as an output that exists and must not be overwritten. */
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
   * Tries to reach what the options name, as far as they go: those that a config gives a storage may be a part. For
   * `maestro doctor`.
   *
   * @returns what was reached, in a few words without secrets
   */
  probe?(options: unknown, context: StorageCheckContext): Promise<string>
}

/** Rows given in code instead of by a storage. */
export type InlineRows<R = Row> = Iterable<R> | AsyncIterable<R>

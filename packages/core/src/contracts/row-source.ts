import { recogniseAcrossCopies } from './across-copies.js'
import type { ColumnSet, Row } from './row.js'
import type { SourceBatch, SourceReader } from './source.js'

/** The files of a source that an operator may read itself, as `SourceReader` describes them. */
export type LentFiles = Pick<SourceReader, 'jsonLines' | 'parquet'>

/** How a `RowSource` reaches the rows of its source. */
export interface RowSourceAccess {
  read(signal: AbortSignal): AsyncIterable<SourceBatch>
  /** Lends the files that the source reads, if it reads JSON lines or Parquet. */
  lend<Result>(signal: AbortSignal, use: (files: LentFiles) => Promise<Result>): Promise<Result>
  /** Identifies what the source reads, as `SourceReader.identity` does; undefined if it cannot say. */
  identity(isFull: boolean): Promise<Readonly<Record<string, string>> | undefined>
}

/**
 * A second source of a pipeline, such as a second table, as an operator receives it for an option
 * `{ use, ...options }`. It is checked with the plan and read when the operator requests its rows.
 */
export class RowSource {
  /** The source's name. */
  readonly use: string
  /** Its options, as the plan shows them. */
  readonly shown: unknown
  /** The columns that its options declare. */
  readonly columns: ColumnSet
  readonly #access: RowSourceAccess

  constructor(use: string, shown: unknown, columns: ColumnSet, access: RowSourceAccess) {
    this.use = use
    this.shown = shown
    this.columns = columns
    this.#access = access
  }

  /** The rows in batches, with the records that are not rows. They are checked like those of the pipeline's own source. */
  batches(signal: AbortSignal): AsyncIterable<SourceBatch> {
    return this.#access.read(signal)
  }

  /**
   * Lends the files of JSON lines or of Parquet that the source reads, for an operator that reads files. Nothing has
   * checked them. A source of another kind has none.
   */
  lend<Result>(signal: AbortSignal, use: (files: LentFiles) => Promise<Result>): Promise<Result> {
    return this.#access.lend(signal, use)
  }

  /** All rows, in memory. @throws the error of the source, or of a record that is not a row */
  async rows(signal: AbortSignal): Promise<readonly Row[]> {
    const all: Row[] = []
    for await (const { rows, rejects: [reject] = [] } of this.batches(signal)) {
      if (reject !== undefined) throw reject.error
      for (const row of rows) all.push(row)
    }
    return all
  }

  /** Identifies what the source reads, by parts with names for people; undefined if it cannot say. */
  identity(isFull: boolean): Promise<Readonly<Record<string, string>> | undefined> {
    return this.#access.identity(isFull)
  }
}
recogniseAcrossCopies(RowSource, 'RowSource')

import {
  type ColumnSet,
  type ColumnType,
  MaestroError,
  maestroError,
  type ParquetConversion,
  type ParquetFiles,
  type ParquetOutput,
  type PreparedStatement,
  type TableChainRequest,
  type TableCounts,
  type TableEngine,
  type TableFile,
  type TableParquetRequest,
  type TableRequest,
  type TableStatement,
} from '@maestro-dataflow/core'
import { tableError } from '../errors.js'
import { makesLines } from './chain/chain-rows.js'
import { canCopyParquet } from './chain/copy-parquet.js'
import { writeParquetLines } from './chain/parquet-lines.js'
import { runChain } from './chain/run-chain.js'
import { connect, type Database, engineError, isDataFault } from './connect.js'
import type { DuckDBEngineOptions } from './duckdb-options.js'
import { giveBackHeapFor } from './give-back-heap.js'
import { interruptOn } from './interrupt-on.js'
import { prepareStatement } from './prepare-statement.js'
import { columnsAfter, prepareChain, runOneByOne } from './run-one-by-one.js'
import { isOutOfMemory, ReportedRequest, stepMemory } from './step-memory.js'
import { watchProgress } from './watch-progress.js'
import { isWritable, writeParquet } from './write-parquet.js'

type Run<Counts> = (database: Database, request: TableChainRequest) => Promise<Counts>

/** What a check may take, in bytes. */
const checkerMemory = 256 * 1024 * 1024

/**
 * Runs table statements in DuckDB over files of rows as text. Statements that choose and order rows never rewrite a
 * line: values, ids, and order are those of the input.
 */
export class DuckDBEngine implements TableEngine {
  readonly name = 'table.duckdb'
  readonly #options: DuckDBEngineOptions
  #checker: Promise<Database> | undefined

  readonly #checkTime: number

  /** @param checkTime The most that checking statements takes, in milliseconds. */
  constructor(options: DuckDBEngineOptions = {}, checkTime = 10_000) {
    this.#options = options
    this.#checkTime = checkTime
  }

  async prepare(statements: readonly TableStatement[], columns: ColumnSet): Promise<PreparedStatement> {
    // This database cannot access any file, so checking an expression cannot do harm.
    this.#checker ??= connect({ threads: 1, memory: checkerMemory, isChecker: true })
    const database = await this.#checker
    const limit = AbortSignal.timeout(this.#checkTime)
    const stopInterrupting = interruptOn(limit, database)
    try {
      const prepared = await this.#prepareAll(database, statements, columns)
      if (!limit.aborted) return prepared
      return { faults: [tableError('MAESTRO_TABLE_CHECK_TIME', { seconds: this.#checkTime / 1000 })], reads: [] }
    } finally {
      stopInterrupting()
    }
  }

  async #prepareAll(
    { connection }: Database,
    statements: readonly TableStatement[],
    columns: ColumnSet,
  ): Promise<PreparedStatement> {
    const faults: MaestroError[] = []
    const reads = new Set<string>()
    const adds = new Map<string, ColumnType>()
    let isReplaced = false
    let current = columns
    for (const statement of statements) {
      const checked = await prepareStatement(connection, statement, current)
      faults.push(...checked.faults)
      if (current === columns) for (const column of [...checked.reads, ...checked.keys]) reads.add(column)
      isReplaced ||= checked.columns !== undefined
      for (const [column, type] of Object.entries(checked.adds ?? {})) adds.set(column, type)
      current = columnsAfter(current, checked)
    }
    if (isReplaced) return { faults, reads: [...reads], columns: current.columns }
    return { faults, reads: [...reads], ...(adds.size === 0 ? {} : { adds: Object.fromEntries(adds) }) }
  }

  /** @throws MAESTRO_TABLE_FAILED, MAESTRO_RUN_ABORTED, and the errors that `reject` throws */
  async execute(request: TableRequest): Promise<TableCounts> {
    const counts = await this.#run(request, runOneByOne)
    return counts.reduce(addCounts, noRows)
  }

  /**
   * Runs consecutive statements without writing the rows between them. If a line or value is invalid, the statements run
   * one after the other instead, so that each row is rejected where it fails.
   *
   * @throws MAESTRO_TABLE_FAILED, MAESTRO_RUN_ABORTED, and the errors that `reject` throws
   */
  async executeChain(request: TableChainRequest): Promise<readonly TableCounts[]> {
    return this.#run(request, async (database, request) => {
      const chained = await prepareChain(database, request)
      return runChain(database, chained, { files: request.input }, request).catch((error: unknown) => {
        if (isDataFault(error)) return runOneByOne(database, request)
        throw error
      })
    })
  }

  /** Reads the columns of Parquet files itself. @throws MAESTRO_TABLE_FAILED, MAESTRO_RUN_ABORTED */
  async executeOnParquet(request: TableParquetRequest): Promise<readonly TableCounts[] | undefined> {
    const { input: parquet, parquet: copy, statements, columns } = request
    if (copy !== undefined && !(statements.every((one) => !makesLines(one)) && canCopyParquet(parquet, columns)))
      return undefined
    const runOn: Run<readonly TableCounts[] | undefined> = async (database, request) => {
      const chained = await prepareChain(database, request)
      return runChain(database, chained, { parquet }, { ...request, parquet: copy }).catch((error: unknown) => {
        // The source says what is wrong with a file, and which row has a value that does not fit.
        if (MaestroError.is(error) || request.signal.aborted || isOutOfMemory(error)) throw error
        return undefined
      })
    }
    return this.#run({ ...request, input: [], reject: () => undefined }, runOn, parquet.paths)
  }

  async readParquet(request: ParquetConversion<ParquetFiles, TableFile>): Promise<number | undefined> {
    const { input, output } = request
    return this.#convert(request, (database) => writeParquetLines(database, input, output.path))
  }

  async writeParquet(
    request: ParquetConversion<TableFile, ParquetOutput> & { readonly columns: ColumnSet },
  ): Promise<number | undefined> {
    const { input, columns, output } = request
    if (!isWritable(columns)) return undefined
    return this.#convert(request, (database) => writeParquet(database, input, columns, output))
  }

  /** Converts files; undefined if that fails, because the source or the sink can say why. @throws MAESTRO_RUN_ABORTED */
  async #convert(
    { signal, directory }: ParquetConversion<unknown, unknown>,
    convert: (database: Database) => Promise<number>,
  ): Promise<number | undefined> {
    const database = await connect({
      memory: await stepMemory([], [], this.#options.threads),
      ...this.#options,
      directory,
    })
    const stopInterrupting = interruptOn(signal, database)
    try {
      signal.throwIfAborted()
      return await convert(database)
    } catch (error) {
      if (signal.aborted) throw maestroError('MAESTRO_RUN_ABORTED', {}, error)
      return undefined
    } finally {
      stopInterrupting()
      database.close()
    }
  }

  /** Runs statements in little memory first, where the disk can stand in, and in more if they cannot do without. */
  async #run<Counts>(
    request: TableChainRequest,
    run: Run<Counts>,
    paths: readonly string[] = request.input.map(({ path }) => path),
  ): Promise<Counts> {
    const { memory: set, threads } = this.#options
    await giveBackHeapFor(paths)
    const memory = set ?? (await stepMemory(request.statements, request.input, threads))
    const first = new ReportedRequest(request)
    try {
      return await this.#runWithin(memory, first.request, run)
    } catch (error) {
      if (this.#options.memory !== undefined || first.hasReported || !isOutOfMemory(error)) throw error
      return this.#runWithin(undefined, request, run)
    }
  }

  async #runWithin<Counts>(memory: number | undefined, request: TableChainRequest, run: Run<Counts>): Promise<Counts> {
    const { signal, directory, input, read } = request
    if (signal.aborted) throw maestroError('MAESTRO_RUN_ABORTED', {}, signal.reason)
    const database = await connect({ ...this.#options, memory, directory })
    const stopInterrupting = interruptOn(signal, database)
    let stopWatching: (() => void) | undefined
    try {
      signal.throwIfAborted()
      if (read !== undefined) stopWatching = await watchProgress(database, input, read)
      return await run(database, request)
    } catch (error) {
      if (signal.aborted) throw maestroError('MAESTRO_RUN_ABORTED', {}, error)
      throw MaestroError.is(error) ? error : engineError(error)
    } finally {
      stopWatching?.()
      stopInterrupting()
      database.close()
    }
  }

  async dispose(): Promise<void> {
    const database = await this.#checker
    this.#checker = undefined
    database?.close()
  }
}

const noRows: TableCounts = { rowsIn: 0, rowsOut: 0, rejected: 0, dropped: 0, merged: 0, created: 0 }

/** Adds the counts of two consecutive statements. */
function addCounts(first: TableCounts, second: TableCounts, index: number): TableCounts {
  return {
    rowsIn: index === 0 ? second.rowsIn : first.rowsIn,
    rowsOut: second.rowsOut,
    rejected: first.rejected + second.rejected,
    dropped: first.dropped + second.dropped,
    merged: first.merged + second.merged,
    created: first.created + second.created,
  }
}

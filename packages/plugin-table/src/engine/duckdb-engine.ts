import {
  type ColumnSet,
  type ColumnType,
  MaestroError,
  maestroError,
  type PreparedStatement,
  type TableCounts,
  type TableEngine,
  type TableRequest,
  type TableStatement,
} from '@maestro-dataflow/core'
import { tableError } from '../errors.js'
import type { CheckedStatement } from './checked-statement.js'
import { connect, type Database, engineError, isDataFault } from './connect.js'
import type { DuckDBEngineOptions } from './duckdb-options.js'
import { interruptOn } from './interrupt-on.js'
import { prepareStatement } from './prepare-statement.js'
import { runStatement } from './run-statement.js'
import { runTolerantly } from './run-tolerantly.js'

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
    const adds: Record<string, ColumnType> = {}
    let isReplaced = false
    let current = columns
    for (const statement of statements) {
      const checked = await prepareStatement(connection, statement, current)
      faults.push(...checked.faults)
      if (current === columns) for (const column of [...checked.reads, ...checked.keys]) reads.add(column)
      isReplaced ||= checked.columns !== undefined
      Object.assign(adds, checked.adds)
      current = columnsAfter(current, checked)
    }
    if (isReplaced) return { faults, reads: [...reads], columns: current.columns }
    return { faults, reads: [...reads], ...(Object.keys(adds).length === 0 ? {} : { adds }) }
  }

  /** @throws MAESTRO_TABLE_FAILED, MAESTRO_RUN_ABORTED, and the errors that `reject` throws */
  async execute(request: TableRequest): Promise<TableCounts> {
    const { statements, signal, directory } = request
    signal.throwIfAborted()
    const database = await connect({ ...this.#options, directory })
    const stopInterrupting = interruptOn(signal, database)
    try {
      signal.throwIfAborted()
      let counts: TableCounts | undefined
      let { input, columns } = request
      for (const [index, statement] of statements.entries()) {
        const last = index === statements.length - 1
        const output = last ? request.output : { path: `${request.output.path}.${index}`, format: 'step' as const }
        const checked = await prepareStatement(database.connection, statement, columns)
        const [fault] = checked.faults
        if (fault !== undefined) throw fault
        const run = {
          database,
          statement,
          checked,
          input,
          columns,
          output,
          reject: request.reject,
          leftOut: request.leftOut,
          signal,
        }
        const done = await runStatement(run).catch((error: unknown) => {
          if (isDataFault(error)) return runTolerantly(run, directory)
          throw error
        })
        counts = counts === undefined ? done : addCounts(counts, done)
        input = [output]
        columns = columnsAfter(columns, checked)
      }
      return counts ?? { rowsIn: 0, rowsOut: 0, rejected: 0, dropped: 0, merged: 0, created: 0 }
    } catch (error) {
      if (signal.aborted) throw maestroError('MAESTRO_RUN_ABORTED', {}, error)
      throw MaestroError.is(error) ? error : engineError(error)
    } finally {
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

/** The columns after a statement. */
function columnsAfter(before: ColumnSet, { columns, adds }: CheckedStatement): ColumnSet {
  if (columns !== undefined) return { columns, open: false }
  return adds === undefined ? before : { columns: { ...before.columns, ...adds }, open: before.open }
}

/** Adds the counts of two consecutive statements. */
function addCounts(first: TableCounts, second: TableCounts): TableCounts {
  return {
    rowsIn: first.rowsIn,
    rowsOut: second.rowsOut,
    rejected: first.rejected + second.rejected,
    dropped: first.dropped + second.dropped,
    merged: first.merged + second.merged,
    created: first.created + second.created,
  }
}

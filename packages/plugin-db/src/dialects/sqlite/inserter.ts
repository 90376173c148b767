import {
  assertWritten,
  type InsertTarget,
  type RefusedRow,
  type RowInserter,
  SkippedRows,
} from '../../sink/row-inserter.js'
import { type EncodedRow, type RowRun, rowsOf } from '../../sink/row-run.js'
import { quoteNames, quoteTable } from '../../tables/names.js'
import type { Binding } from '../../values/encode.js'
import { sqlite } from './dialect.js'
import type { Statement } from './driver.js'
import { encoderOf } from './encode.js'
import { aboutRows } from './failure-kind.js'

/** The maximum rows and values of one statement; a call of the driver costs more than its work. */
const statementRows = 50
const mostValues = 30_000

/** The number of rows after which other tasks get a turn, because the driver works in this thread. */
const turnRows = 1000

/** What the inserter needs of a session. */
interface Preparing {
  prepare(sql: string): Statement
  breathe(): Promise<void>
}

/** Writes by prepared statements. */
export class SqliteInserter implements RowInserter {
  readonly #session: Preparing
  readonly #target: InsertTarget
  readonly encoderOf = encoderOf
  readonly lineOf = undefined
  readonly aboutRows = (error: unknown) => error instanceof SkippedRows || aboutRows(error)
  /** The statements of the columns of the last rows, by their number of rows. */
  readonly #statements = new Map<number, Statement>()
  #columns: readonly string[] = []

  constructor(session: Preparing, target: InsertTarget) {
    this.#session = session
    this.#target = target
  }

  async insertAll(run: RowRun): Promise<void> {
    const { columns } = run
    const rows = rowsOf(run)
    const most = Math.max(1, Math.min(statementRows, Math.floor(mostValues / Math.max(1, columns.length))))
    const size = columns.length === 0 ? 1 : most
    for (let start = 0; start < rows.length; start += size) {
      const count = Math.min(size, rows.length - start)
      const values: Binding[] = []
      for (let at = start; at < start + count; at++)
        for (const value of (rows[at] as EncodedRow).values) values.push(value)
      this.#run(this.#statementFor(columns, count), columns, values, count)
      if (start % turnRows < size) await this.#session.breathe()
    }
  }

  async insert(columns: readonly string[], rows: readonly EncodedRow[]): Promise<readonly RefusedRow[]> {
    const statement = this.#statementFor(columns, 1)
    const refused: RefusedRow[] = []
    for (let start = 0; start < rows.length; start += turnRows) {
      for (const row of rows.slice(start, start + turnRows)) {
        try {
          this.#run(statement, columns, [...row.values], 1)
        } catch (error) {
          if (!this.aboutRows(error)) throw error
          refused.push({ row, reason: (error as Error).message })
        }
      }
      await this.#session.breathe()
    }
    return refused
  }

  #run(statement: Statement, columns: readonly string[], values: Binding[], rows: number): void {
    const { changes } = statement.run(values)
    // An upsert without columns to update leaves existing rows unchanged.
    const { upsertBy } = this.#target
    if (upsertBy === undefined || columns.some((column) => !upsertBy.includes(column))) assertWritten(changes, rows)
  }

  #statementFor(columns: readonly string[], rows: number): Statement {
    if (columns !== this.#columns) {
      this.#columns = columns
      this.#statements.clear()
    }
    const known = this.#statements.get(rows)
    if (known !== undefined) return known
    const { name, upsertBy } = this.#target
    const places = `(${columns.map(() => '?').join(', ')})`
    const values =
      columns.length === 0
        ? 'DEFAULT VALUES'
        : `(${quoteNames(sqlite, columns)}) VALUES ${Array(rows).fill(places).join(', ')}`
    const sql = `INSERT INTO ${quoteTable(sqlite, name)} ${values}${upsertBy === undefined ? '' : sqlite.onConflict(columns, upsertBy)}`
    const statement = this.#session.prepare(sql)
    this.#statements.set(rows, statement)
    return statement
  }
}

import { failureKind } from '../connection/failure.js'
import type { SqliteSession, Statement } from '../dialects/sqlite-session.js'
import { quoteNames, quoteTable } from '../tables/names.js'
import type { Binding } from '../values/encode.js'
import type { InsertTarget, RefusedRow, RowInserter } from './row-inserter.js'
import { type EncodedRow, type RowRun, rowsOf } from './row-shapes.js'
import { onConflict } from './upsert-sql.js'

/** Rows of one statement, and values at most: calls of the driver cost more than what they do. */
const statementRows = 50
const mostValues = 30_000

/** Rows that are written before others have a turn: the driver works in this thread. */
const turnRows = 1000

/** Writes by prepared statements. */
export class SqliteInserter implements RowInserter {
  readonly #session: SqliteSession
  readonly #target: InsertTarget
  readonly copies = false
  readonly aboutRows = aboutRows
  readonly #statements = new Map<string, Statement>()

  constructor(session: SqliteSession, target: InsertTarget) {
    this.#session = session
    this.#target = target
  }

  async insertAll(run: RowRun): Promise<void> {
    const { columns } = run
    const rows = rowsOf(run)
    const most = Math.max(1, Math.min(statementRows, Math.floor(mostValues / Math.max(1, columns.length))))
    const size = columns.length === 0 ? 1 : most
    for (let start = 0; start < rows.length; start += size) {
      const part = rows.slice(start, start + size)
      const statement = this.#statementFor(columns, part.length)
      statement.run(part.length === 1 ? (part[0]?.values as Binding[]) : part.flatMap((row) => row.values as Binding[]))
      if (start % turnRows < size) await this.#session.breathe()
    }
  }

  async insert(columns: readonly string[], rows: readonly EncodedRow[]): Promise<readonly RefusedRow[]> {
    const statement = this.#statementFor(columns, 1)
    const refused: RefusedRow[] = []
    for (let start = 0; start < rows.length; start += turnRows) {
      for (const row of rows.slice(start, start + turnRows)) {
        try {
          statement.run(row.values as Binding[])
        } catch (error) {
          if (!aboutRows(error)) throw error
          refused.push({ row, reason: (error as Error).message })
        }
      }
      await this.#session.breathe()
    }
    return refused
  }

  #statementFor(columns: readonly string[], rows: number): Statement {
    const { name, upsertBy } = this.#target
    const places = `(${columns.map(() => '?').join(', ')})`
    const values =
      columns.length === 0
        ? 'DEFAULT VALUES'
        : `(${quoteNames('sqlite', columns)}) VALUES ${Array(rows).fill(places).join(', ')}`
    const sql = `INSERT INTO ${quoteTable('sqlite', name)} ${values}${onConflict('sqlite', columns, upsertBy)}`
    const statement = this.#statements.get(sql) ?? this.#session.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }
}

function aboutRows(error: unknown): boolean {
  return failureKind(error) === 'row'
}

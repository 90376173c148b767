import { failureKind } from '../connection/failure.js'
import type { SqliteSession, Statement } from '../dialects/sqlite-session.js'
import { quoteNames, quoteTable } from '../tables/names.js'
import type { InsertTarget, RefusedRow, RowInserter } from './row-inserter.js'
import type { EncodedRow } from './row-shapes.js'
import { onConflict } from './upsert-sql.js'

/** Rows that are written before others have a turn: the driver works in this thread. */
const turnRows = 1000

/** Writes row by row by a prepared statement, which is the fastest way: there is no server to go to. */
export class SqliteInserter implements RowInserter {
  readonly #session: SqliteSession
  readonly #target: InsertTarget
  readonly #statements = new Map<readonly string[], Statement>()

  constructor(session: SqliteSession, target: InsertTarget) {
    this.#session = session
    this.#target = target
  }

  async insert(columns: readonly string[], rows: readonly EncodedRow[]): Promise<readonly RefusedRow[]> {
    const statement = await this.#session.guarded(() => this.#statementFor(columns))
    const refused: RefusedRow[] = []
    for (let start = 0; start < rows.length; start += turnRows) {
      await this.#session.guarded(() => {
        for (const row of rows.slice(start, start + turnRows)) {
          try {
            statement.run(row.values as unknown[])
          } catch (error) {
            if (failureKind(error) !== 'row') throw error
            refused.push({ row, reason: (error as Error).message })
          }
        }
      })
      await this.#session.breathe()
    }
    return refused
  }

  #statementFor(columns: readonly string[]): Statement {
    const known = this.#statements.get(columns)
    if (known !== undefined) return known
    const { name, upsertBy } = this.#target
    const values =
      columns.length === 0
        ? 'DEFAULT VALUES'
        : `(${quoteNames('sqlite', columns)}) VALUES (${columns.map(() => '?').join(', ')})`
    const statement = this.#session.prepare(
      `INSERT INTO ${quoteTable('sqlite', name)} ${values}${onConflict('sqlite', columns, upsertBy)}`,
    )
    this.#statements.set(columns, statement)
    return statement
  }
}

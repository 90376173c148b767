import { failureKind, reasonOf } from '../connection/failure.js'
import type { PostgresSession } from '../dialects/postgres-session.js'
import { quoteNames, quoteTable } from '../tables/names.js'
import { copyLine } from '../values/copy-text.js'
import type { Binding } from '../values/encode.js'
import { type InsertTarget, insertAround, type RefusedRow, type RowInserter } from './row-inserter.js'
import { type EncodedRow, type RowRun, rowsOf } from './row-shapes.js'
import { onConflict } from './upsert-sql.js'

/** Values in one statement at most; PostgreSQL numbers them with 16 bits. */
const mostValues = 60_000

/** Writes by COPY, the fastest way; rows that may be there already by INSERT ... ON CONFLICT. */
export class PostgresInserter implements RowInserter {
  readonly #session: PostgresSession
  readonly #target: InsertTarget
  readonly copies: boolean
  readonly aboutRows = aboutRows

  constructor(session: PostgresSession, target: InsertTarget) {
    this.#session = session
    this.#target = target
    this.copies = target.upsertBy === undefined
  }

  async insertAll(run: RowRun, sent: () => void): Promise<void> {
    const { columns, parts } = run
    if (this.#copies(columns)) {
      const lines = parts.flatMap((part) => part.lines ?? [])
      return this.#copy(columns, lines, sent)
    }
    for (const part of this.#parts(columns, rowsOf(run))) await this.#insert(columns, part)
  }

  async insert(columns: readonly string[], rows: readonly EncodedRow[]): Promise<readonly RefusedRow[]> {
    const refused: RefusedRow[] = []
    const write = (some: readonly EncodedRow[]) => this.#kept(() => this.#write(columns, some))
    for (const part of this.#parts(columns, rows))
      refused.push(...(await insertAround({ write, rowIn, reason, aboutRows }, part)))
    return refused
  }

  /** Rows in parts that one statement can take. */
  *#parts(columns: readonly string[], rows: readonly EncodedRow[]): Generator<readonly EncodedRow[]> {
    const size = this.#copies(columns)
      ? rows.length
      : Math.min(1000, Math.floor(mostValues / Math.max(1, columns.length)))
    for (let start = 0; start < rows.length; start += size) yield rows.slice(start, start + size)
  }

  #copies(columns: readonly string[]): boolean {
    return this.copies && columns.length > 0
  }

  #write(columns: readonly string[], rows: readonly EncodedRow[]): Promise<void> {
    if (!this.#copies(columns)) return this.#insert(columns, rows)
    const lines = rows.map(({ values }) => copyLine(values)).join('')
    return this.#copy(columns, [Buffer.from(lines)], () => undefined)
  }

  /** Takes back what a failed statement did, so that the transaction goes on. @throws what the driver throws */
  async #kept(work: () => Promise<void>): Promise<void> {
    const { connection } = this.#session
    await connection.query('SAVEPOINT maestro_rows')
    try {
      await work()
    } catch (error) {
      await connection.query('ROLLBACK TO SAVEPOINT maestro_rows')
      throw error
    }
    await connection.query('RELEASE SAVEPOINT maestro_rows')
  }

  async #copy(columns: readonly string[], lines: readonly Buffer[], sent: () => void): Promise<void> {
    const sql = `COPY ${quoteTable('postgres', this.#target.name)} (${quoteNames('postgres', columns)}) FROM STDIN`
    await this.#session.copy(sql, lines, sent)
  }

  async #insert(columns: readonly string[], rows: readonly EncodedRow[]): Promise<void> {
    const { name, upsertBy } = this.#target
    const start = `INSERT INTO ${quoteTable('postgres', name)}`
    if (columns.length === 0) {
      for (const _row of rows) await this.#session.connection.query(`${start} DEFAULT VALUES`)
      return
    }
    const values: Binding[] = []
    const places = rows.map((row) => `(${row.values.map((value) => `$${values.push(value)}`).join(', ')})`)
    const sql = `${start} (${quoteNames('postgres', columns)}) VALUES ${places.join(', ')}${onConflict('postgres', columns, upsertBy)}`
    await this.#session.connection.query(sql, values)
  }
}

interface PostgresError {
  readonly code?: string
  readonly detail?: string
  readonly where?: string
}

/** COPY names the line of the value or constraint that failed: `COPY reviews, line 3, column stars: "x"`. */
function rowIn(error: unknown): number | undefined {
  const line = /COPY .*, line (\d+)/.exec((error as PostgresError).where ?? '')?.[1]
  return line === undefined ? undefined : Number(line) - 1
}

function reason(error: unknown): string {
  const { detail } = error as PostgresError
  return `${reasonOf(error, { server: undefined })}${detail === undefined ? '' : `: ${detail}`}`
}

/** Rows of the same key in one upsert are no fault of theirs: apart, the later one changes the earlier one. */
function aboutRows(error: unknown): boolean {
  return failureKind(error) === 'row' || (error as PostgresError).code === '21000'
}

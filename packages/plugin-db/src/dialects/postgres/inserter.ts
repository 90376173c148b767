import type { Client } from 'pg'
import { reasonOf } from '../../connection/failure.js'
import type { DriverError } from '../../connection/failure-kind.js'
import {
  assertWritten,
  type InsertTarget,
  insertAround,
  type RefusedRow,
  type RowInserter,
  SkippedRows,
} from '../../sink/row-inserter.js'
import { type EncodedRow, type RowRun, rowsOf } from '../../sink/row-run.js'
import { quoteNames, quoteTable } from '../../tables/names.js'
import type { Binding, Encode } from '../../values/encode.js'
import type { ColumnKind } from '../../values/value-kind.js'
import { copyEncoderOf, copyLine } from './copy-text.js'
import { postgres } from './dialect.js'
import { encoderOf } from './encode.js'
import { postgresFailureKind } from './failure-kind.js'

/** The maximum values in one statement; PostgreSQL numbers them with 16 bits. */
const mostValues = 60_000

/** What the inserter needs of a session. */
interface Copying {
  readonly connection: Client
  copy(sql: string, lines: Iterable<Buffer>, sent: () => void): Promise<number>
}

/** Writes by COPY, the fastest way, or, for rows whose key may exist, by INSERT ... ON CONFLICT. */
export class PostgresInserter implements RowInserter {
  readonly #session: Copying
  readonly #target: InsertTarget
  readonly encoderOf: (column: ColumnKind) => Encode
  readonly lineOf: ((values: readonly Binding[]) => string) | undefined
  readonly aboutRows = aboutRows

  constructor(session: Copying, target: InsertTarget) {
    this.#session = session
    this.#target = target
    const copies = target.upsertBy === undefined
    this.encoderOf = copies ? copyEncoderOf : encoderOf
    this.lineOf = copies ? copyLine : undefined
  }

  async insertAll(run: RowRun, sent: () => void): Promise<void> {
    const { columns, parts } = run
    if (this.#copies(columns)) {
      const lines = parts.flatMap((part) => part.lines ?? [])
      const rows = parts.reduce((sum, part) => sum + part.count, 0)
      return this.#copy(columns, lines, rows, sent)
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

  /** Splits rows into parts that one statement can hold. */
  *#parts(columns: readonly string[], rows: readonly EncodedRow[]): Generator<readonly EncodedRow[]> {
    const size = this.#copies(columns)
      ? rows.length
      : Math.min(1000, Math.floor(mostValues / Math.max(1, columns.length)))
    for (let start = 0; start < rows.length; start += size) yield rows.slice(start, start + size)
  }

  #copies(columns: readonly string[]): boolean {
    return this.lineOf !== undefined && columns.length > 0
  }

  #write(columns: readonly string[], rows: readonly EncodedRow[]): Promise<void> {
    if (!this.#copies(columns)) return this.#insert(columns, rows)
    const lines = rows.map(({ values }) => copyLine(values)).join('')
    return this.#copy(columns, [Buffer.from(lines)], rows.length, () => undefined)
  }

  /** Rolls back a failed statement, so that the transaction can continue. @throws the driver's errors */
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

  async #copy(columns: readonly string[], lines: readonly Buffer[], rows: number, sent: () => void): Promise<void> {
    const sql = `COPY ${quoteTable(postgres, this.#target.name)} (${quoteNames(postgres, columns)}) FROM STDIN`
    assertWritten(await this.#session.copy(sql, lines, sent), rows)
  }

  async #insert(columns: readonly string[], rows: readonly EncodedRow[]): Promise<void> {
    const { name, upsertBy } = this.#target
    const start = `INSERT INTO ${quoteTable(postgres, name)}`
    if (columns.length === 0) {
      for (const _row of rows)
        assertWritten((await this.#session.connection.query(`${start} DEFAULT VALUES`)).rowCount, 1)
      return
    }
    const values: Binding[] = []
    const places = rows.map((row) => `(${row.values.map((value) => `$${values.push(value)}`).join(', ')})`)
    const sql = `${start} (${quoteNames(postgres, columns)}) VALUES ${places.join(', ')}${upsertBy === undefined ? '' : postgres.onConflict(columns, upsertBy)}`
    const { rowCount } = await this.#session.connection.query(sql, values)
    // An upsert without columns to update leaves existing rows unchanged.
    if (upsertBy === undefined || columns.some((column) => !upsertBy.includes(column)))
      assertWritten(rowCount, rows.length)
  }
}

interface PostgresError {
  readonly code?: string
  readonly where?: string
}

/** COPY names the line of the value or constraint that failed: `COPY reviews, line 3, column stars: "x"`. */
function rowIn(error: unknown): number | undefined {
  const line = /COPY .*, line (\d+)/.exec((error as PostgresError).where ?? '')?.[1]
  return line === undefined ? undefined : Number(line) - 1
}

function reason(error: unknown): string {
  return reasonOf(error, { server: undefined })
}

/**
 * Rows with the same key in one upsert are not at fault: in separate statements, the later one updates the earlier one.
 */
function aboutRows(error: unknown): boolean {
  return (
    error instanceof SkippedRows ||
    postgresFailureKind(error as DriverError) === 'row' ||
    (error as PostgresError).code === '21000'
  )
}

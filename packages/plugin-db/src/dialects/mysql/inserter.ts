import type { Connection } from 'mysql2'
import { reasonOf } from '../../connection/failure.js'
import { type InsertTarget, insertAround, type RefusedRow, type RowInserter } from '../../sink/row-inserter.js'
import { type EncodedRow, type RowRun, rowsOf } from '../../sink/row-run.js'
import { quoteNames, quoteTable } from '../../tables/names.js'
import type { Binding } from '../../values/encode.js'
import { mysql } from './dialect.js'
import { encoderOf } from './encode.js'
import { aboutRows } from './failure-kind.js'

/** The maximum rows and values in one statement. */
const mostRows = 500
const mostValues = 60_000
/** The maximum bytes of values in one statement. Servers accept 16 MB and more by default. */
const mostBytes = 1 << 20

/** Writes by INSERT statements with many rows. */
export class MysqlInserter implements RowInserter {
  readonly #connection: Connection
  readonly #target: InsertTarget
  readonly encoderOf = encoderOf
  readonly lineOf = undefined
  readonly aboutRows = aboutRows

  constructor({ connection }: { readonly connection: Connection }, target: InsertTarget) {
    this.#connection = connection
    this.#target = target
  }

  async insertAll(run: RowRun, sent: () => void): Promise<void> {
    for (const part of this.#parts(run.columns, rowsOf(run))) {
      const writing = this.#write(run.columns, part)
      sent()
      await writing
    }
  }

  async insert(columns: readonly string[], rows: readonly EncodedRow[]): Promise<readonly RefusedRow[]> {
    const refused: RefusedRow[] = []
    const write = (some: readonly EncodedRow[]) => this.#write(columns, some)
    for (const part of this.#parts(columns, rows))
      refused.push(...(await insertAround({ write, rowIn, reason, aboutRows }, part)))
    return refused
  }

  get #oneByOne(): boolean {
    return this.#target.upsertBy !== undefined && this.#target.otherUniques
  }

  #parts(columns: readonly string[], rows: readonly EncodedRow[]): Iterable<readonly EncodedRow[]> {
    return this.#oneByOne ? rows.map((row) => [row]) : parts(rows, columns.length)
  }

  #write(columns: readonly string[], rows: readonly EncodedRow[]): Promise<void> {
    return this.#oneByOne ? this.#upsertOne(columns, rows) : this.#insert(columns, rows)
  }

  async #insert(columns: readonly string[], rows: readonly EncodedRow[]): Promise<void> {
    const { name, upsertBy } = this.#target
    const one = `(${columns.map(() => '?').join(', ')})`
    const sql = `INSERT INTO ${quoteTable(mysql, name)} (${quoteNames(mysql, columns)}) VALUES ${rows.map(() => one).join(', ')}${upsertBy === undefined ? '' : mysql.onConflict(columns, upsertBy)}`
    await this.#query(
      sql,
      rows.flatMap((row) => row.values),
    )
  }

  /**
   * MySQL's own upsert updates any row that is in the way, including a row with another key and the same value in
   * another unique index. Therefore, the row with this key is updated, or else the row is inserted, which may fail.
   */
  async #upsertOne(columns: readonly string[], [row]: readonly EncodedRow[]): Promise<void> {
    const { name, upsertBy = [] } = this.#target
    if (row === undefined) return
    const given = (column: string): Binding => row.values[columns.indexOf(column)] ?? null
    const changed = columns.filter((column) => !upsertBy.includes(column))
    const equals = (column: string) => `${mysql.quoteName(column)} = ?`
    const where = upsertBy.map(equals).join(' AND ')
    const table = quoteTable(mysql, name)
    const found =
      changed.length === 0
        ? await this.#query(`SELECT 1 FROM ${table} WHERE ${where}`, upsertBy.map(given))
        : await this.#query(
            `UPDATE ${table} SET ${changed.map(equals).join(', ')} WHERE ${where}`,
            [...changed, ...upsertBy].map(given),
          )
    if (found > 0) return
    const places = columns.map(() => '?').join(', ')
    await this.#query(`INSERT INTO ${table} (${quoteNames(mysql, columns)}) VALUES (${places})`, [...row.values])
  }

  /** @returns the number of rows that were found or changed */
  async #query(sql: string, values: readonly Binding[]): Promise<number> {
    const [result] = await this.#connection.promise().execute(sql, [...values])
    return Array.isArray(result) ? result.length : (result as { affectedRows: number }).affectedRows
  }
}

/** Splits rows into parts that one statement can hold. */
function* parts(rows: readonly EncodedRow[], columns: number): Generator<readonly EncodedRow[]> {
  const most = Math.max(1, Math.min(mostRows, Math.floor(mostValues / Math.max(1, columns))))
  let part: EncodedRow[] = []
  let bytes = 0
  for (const row of rows) {
    part.push(row)
    for (const value of row.values) bytes += typeof value === 'object' ? (value?.length ?? 0) : String(value).length
    if (part.length < most && bytes < mostBytes) continue
    yield part
    part = []
    bytes = 0
  }
  if (part.length > 0) yield part
}

/** `Data too long for column 'text' at row 3` */
function rowIn(error: unknown): number | undefined {
  const row = / at row (\d+)$/.exec((error as Error).message)?.[1]
  return row === undefined ? undefined : Number(row) - 1
}

function reason(error: unknown): string {
  return reasonOf(error, { server: undefined }).replace(/ at row \d+$/, '')
}

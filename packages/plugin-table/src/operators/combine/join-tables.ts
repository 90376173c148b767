import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DuckDBAppender } from '@duckdb/node-api'
import { decodeStepLine, encodeStepLine, type Row, type RowId } from '@maestro-dataflow/core'
import { connect, type Database, engineError } from '../../engine/connect.js'
import type { ColumnKey } from '../../values/column-keys.js'

/** The columns of one side of a join. */
export interface JoinSide {
  /** The columns that must be equal. */
  readonly by: readonly string[]
  /** The column whose nearest value is taken. */
  readonly asOf?: string | undefined
  /** The keys of values in these columns. */
  readonly key: ColumnKey
}

/** A row of the right table. */
export interface RightRow {
  readonly id: RowId
  readonly row: Row
}

/** The matches of one row of the left table, by its position. */
export interface Matches {
  readonly position: number
  readonly rows: readonly RightRow[]
}

/** Whether the nearest row at or before a value is taken, or the one at or after it. */
export type AsOfDirection = 'backward' | 'forward'

/** The most decoded rows that are kept, because a row of a small table matches many rows. */
const mostDecoded = 10_000

/**
 * The keys of both tables, and the rows of the right one, in a database that uses the disk when memory is short. Values
 * are compared by our keys, so that 1 equals 1n, and NaN equals itself. A row without a value in a key matches none.
 */
export class JoinTables {
  readonly #database: Database
  readonly #folder: string
  #decoded = new Map<number, RightRow>()

  private constructor(database: Database, folder: string) {
    this.#database = database
    this.#folder = folder
  }

  static async open(): Promise<JoinTables> {
    const folder = await mkdtemp(join(tmpdir(), 'maestro-join-'))
    const database = await connect({ directory: folder })
    await database.connection.run(
      'CREATE TABLE lefts (position BIGINT, key VARCHAR, moment VARCHAR); CREATE TABLE rights (position BIGINT, key VARCHAR, moment VARCHAR, line VARCHAR)',
    )
    return new JoinTables(database, folder)
  }

  /** Adds the rows of the left table, of which only the keys are kept. */
  async addLeft(batches: AsyncIterable<{ readonly rows: readonly Row[] }>, side: JoinSide): Promise<number> {
    return this.#append('lefts', batches, side, () => undefined)
  }

  /** Adds the rows of the right table. */
  async addRight(
    batches: AsyncIterable<{ readonly ids: readonly RowId[]; readonly rows: readonly Row[] }>,
    side: JoinSide,
  ): Promise<number> {
    return this.#append('rights', batches, side, (appender, id, row) => appender.appendVarchar(encodeStepLine(id, row)))
  }

  async #append(
    table: string,
    batches: AsyncIterable<{ readonly ids?: readonly RowId[]; readonly rows: readonly Row[] }>,
    { by, asOf, key }: JoinSide,
    more: (appender: DuckDBAppender, id: RowId, row: Row) => void,
  ): Promise<number> {
    const appender = await this.#database.connection.createAppender(table)
    let position = 0
    const text = (value: string | undefined) =>
      value === undefined ? appender.appendNull() : appender.appendVarchar(value)
    for await (const { ids = [], rows } of batches) {
      for (const [index, row] of rows.entries()) {
        const at = asOf === undefined ? undefined : (key(row, asOf) ?? undefined)
        appender.appendBigInt(BigInt(position++))
        // Values of different types have no order: a date is not after a text.
        text(keyOf(row, by, key, at?.[0]))
        text(at)
        more(appender, ids[index] ?? '', row)
        appender.endRow()
      }
    }
    appender.closeSync()
    return position
  }

  /** The number of pairs of rows that match. */
  async countPairs(): Promise<number> {
    const counts = (table: string) => `(SELECT key, count(*) AS n FROM ${table} WHERE key IS NOT NULL GROUP BY key)`
    const result = await this.#database.connection.runAndReadAll(
      `SELECT coalesce(sum(l.n::DOUBLE * r.n), 0) FROM ${counts('lefts')} l JOIN ${counts('rights')} r USING (key)`,
    )
    return Number(result.getRows()[0]?.[0] ?? 0)
  }

  /** The rows of the left table that have matches, in order, each with its matches in the order of the right table. */
  async *matches(asOf?: AsOfDirection): AsyncGenerator<Matches> {
    const comparison = asOf === 'forward' ? 'l.moment <= r.moment' : 'l.moment >= r.moment'
    const pairs =
      asOf === undefined
        ? 'SELECT l.position, r.position AS number, r.line FROM lefts l JOIN rights r ON l.key = r.key'
        : `SELECT l.position, r.position AS number, r.line FROM lefts l ASOF JOIN ${lastOf(asOf)} r ON l.key = r.key AND ${comparison}`
    let open: { position: number; rows: RightRow[] } | undefined
    for await (const [position, number, line] of this.#stream(`${pairs} ORDER BY 1, 2`)) {
      if (open?.position !== Number(position)) {
        if (open !== undefined) yield open
        open = { position: Number(position), rows: [] }
      }
      open.rows.push(this.#decode(Number(number), String(line)))
    }
    if (open !== undefined) yield open
  }

  /** The positions of the rows of the left table that have a match, in order. */
  async *matched(): AsyncGenerator<number> {
    const query = 'SELECT position FROM lefts WHERE key IN (SELECT key FROM rights WHERE key IS NOT NULL) ORDER BY 1'
    for await (const [position] of this.#stream(query)) yield Number(position)
  }

  /** The rows of the right table that match no row of the left one, in order. */
  async *unmatchedRight(): AsyncGenerator<RightRow> {
    const query =
      'SELECT line FROM rights WHERE key IS NULL OR key NOT IN (SELECT key FROM lefts WHERE key IS NOT NULL) ORDER BY position'
    for await (const [line] of this.#stream(query)) yield decodeStepLine(String(line))
  }

  async close(): Promise<void> {
    this.#database.close()
    await rm(this.#folder, { recursive: true, force: true })
  }

  async *#stream(query: string): AsyncGenerator<readonly unknown[]> {
    try {
      const result = await this.#database.connection.stream(query)
      for (
        let chunk = await result.fetchChunk();
        chunk !== null && chunk.rowCount > 0;
        chunk = await result.fetchChunk()
      )
        yield* chunk.getRows()
    } catch (error) {
      throw engineError(error)
    }
  }

  #decode(position: number, line: string): RightRow {
    const known = this.#decoded.get(position)
    if (known !== undefined) return known
    if (this.#decoded.size >= mostDecoded) this.#decoded = new Map()
    const decoded = decodeStepLine(line)
    this.#decoded.set(position, decoded)
    return decoded
  }
}

/** Of the right rows with one value, the last one counts when looking back, and the first one when looking forward. */
function lastOf(direction: AsOfDirection): string {
  const chosen = direction === 'backward' ? 'max' : 'min'
  return `(SELECT * FROM rights WHERE position IN (SELECT ${chosen}(position) FROM rights GROUP BY key, moment))`
}

/** The key of a row; undefined if one of its columns has no value. */
function keyOf(row: Row, by: readonly string[], key: ColumnKey, kind = ''): string | undefined {
  const keys = by.map((column) => key(row, column))
  return keys.includes(null) ? undefined : JSON.stringify([kind, ...keys])
}

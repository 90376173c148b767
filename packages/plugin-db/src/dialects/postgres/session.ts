import { pipeline } from 'node:stream/promises'
import type { Client } from 'pg'
import type { InsertTarget, RowInserter } from '../../sink/row-inserter.js'
import { quoteTable, type TableName } from '../../tables/names.js'
import type { TableDescription } from '../../tables/table-description.js'
import type { Binding } from '../../values/encode.js'
import type { MoneyFormat } from '../../values/value-kind.js'
import { HeldSession } from '../held-session.js'
import { loadDriver } from '../load-driver.js'
import type { Answer, DatabaseSession, RowCursor } from '../session.js'
import { describePostgresTable } from './describe-table.js'
import { postgres } from './dialect.js'
import { PostgresInserter } from './inserter.js'
import { holdsMoney, kindOfTypeNumber } from './kinds.js'
import { knownTypeName } from './known-type-name.js'
import { moneyFormatOf } from './money.js'

interface FieldDescription {
  readonly name: string
  readonly dataTypeID: number
  readonly dataTypeModifier: number
}

/** Values stay text, because each is decoded once by the type of its column. */
const asText = { getTypeParser: () => (text: string) => text }

/** A connection to PostgreSQL. */
export class PostgresSession extends HeldSession<Client> implements DatabaseSession {
  /** How the connection writes amounts of money, if it has read some. */
  #money: MoneyFormat | undefined

  async run(sql: string, bindings: readonly Binding[] = []): Promise<Answer> {
    return this.guarded(async () => {
      const { rows, rowCount } = await this.connection.query(sql, [...bindings])
      return { rows, changed: rowCount ?? 0 }
    })
  }

  async stream(sql: string, bindings: readonly Binding[]): Promise<RowCursor> {
    const { default: Cursor } = await loadDriver('postgres', postgres.drivers, () => import('pg-cursor'))
    const added = await this.#addedTypes()
    const cursor = new Cursor<readonly unknown[]>(sql, [...bindings], { rowMode: 'array', types: asText })
    let fields: readonly FieldDescription[] = []
    let failed = false
    const read = (count: number) =>
      this.guarded(() =>
        this.#untilLost<readonly (readonly unknown[])[]>((resolve, reject) =>
          cursor.read(count, (error, rows, result) => {
            if (error) return reject(error)
            // After the last row, there is no result any more.
            fields = result?.fields ?? fields
            resolve(rows)
          }),
        ).catch((error: unknown) => {
          failed = true
          throw error
        }),
      )
    this.connection.query(cursor)
    // The fields arrive with the first row.
    let first: readonly (readonly unknown[])[] | undefined = await read(1)
    if (this.#money === undefined && fields.some(({ dataTypeID }) => holdsMoney(dataTypeID))) {
      await this.#untilLost<void>((resolve, reject) => cursor.close().then(resolve, reject))
      this.#money = await moneyFormatOf(this)
      return this.stream(sql, bindings)
    }
    return {
      fields: fields.map(({ name, dataTypeID, dataTypeModifier }) => ({
        name,
        ...kindOfTypeNumber(dataTypeID, dataTypeModifier, added, this.#money),
      })),
      next: async (count) => {
        const begun = first
        first = undefined
        if (begun === undefined) return read(count)
        return begun.length === 0 || count === 1 ? begun : [...begun, ...(await read(count - 1))]
      },
      // A failed cursor is already closed.
      close: async () => {
        if (!failed) await this.#untilLost<void>((resolve, reject) => cursor.close().then(resolve, reject))
      },
    }
  }

  /** A promise that fails when the connection ends: a cursor that has received its last row would then wait forever. */
  #untilLost<Result>(
    work: (resolve: (result: Result) => void, reject: (error: unknown) => void) => void,
  ): Promise<Result> {
    const { connection } = this
    return new Promise<Result>((resolve, reject) => {
      const lost = () => reject(new Error('Connection terminated unexpectedly'))
      connection.once('end', lost)
      const settling =
        <Value>(settle: (value: Value) => void) =>
        (value: Value) => {
          connection.off('end', lost)
          settle(value)
        }
      work(settling(resolve), settling(reject))
    })
  }

  async beginReading(): Promise<void> {
    await this.run('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
  }

  async begin(): Promise<void> {
    await this.run('BEGIN')
  }

  async rollback(): Promise<void> {
    await this.connection.query('ROLLBACK').catch((error) => this.spoil(error))
  }

  interrupt(): void {
    this.spoil('stopped')
    this.connection.connection.stream.destroy()
  }

  /**
   * Loads rows in the text form of COPY and returns their number. @param sent Called when the first rows are on their
   * way. @throws the driver's errors; the caller searches for the faulty row
   */
  async copy(sql: string, lines: Iterable<Buffer>, sent: () => void): Promise<number> {
    const { from } = await loadDriver('postgres', postgres.drivers, () => import('pg-copy-streams'))
    setImmediate(sent)
    const stream = this.connection.query(from(sql))
    await pipeline(lines, stream)
    return stream.rowCount
  }

  async version(): Promise<string> {
    const { rows } = await this.run("SELECT 'PostgreSQL ' || current_setting('server_version') AS version")
    return String(rows[0]?.version)
  }

  describeTable(name: TableName): Promise<TableDescription | undefined> {
    return describePostgresTable(this, name)
  }

  async tableNames(schema: string | undefined): Promise<readonly string[]> {
    const { rows } = await this.run(
      `SELECT relname AS name FROM pg_catalog.pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'f')
         AND relnamespace = coalesce(to_regnamespace(quote_ident($1)), current_schema()::regnamespace)`,
      [schema ?? null],
    )
    return rows.map(({ name }) => String(name))
  }

  /** The type of pgvector, if it is installed. */
  override async vectorType(): Promise<string | undefined> {
    const { rows } = await this.run(`SELECT format_type(t.oid, NULL) AS name FROM pg_catalog.pg_type t
      JOIN pg_catalog.pg_depend d ON d.objid = t.oid AND d.deptype = 'e' JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid
      WHERE t.typname = 'vector' AND e.extname = 'vector'`)
    return rows[0] === undefined ? undefined : String(rows[0].name)
  }

  createInserter(target: InsertTarget): RowInserter {
    return new PostgresInserter(this, target)
  }

  async lockHolders(name: TableName): Promise<readonly string[]> {
    const { rows } = await this.run(
      `SELECT DISTINCT 'process ' || a.pid || ' of ' || coalesce(a.usename, '?') || ' (' || coalesce(nullif(a.application_name, ''), 'no name') || ')' AS holder
       FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
       WHERE l.granted AND l.relation = to_regclass($1) AND l.mode <> 'AccessShareLock'
         AND a.pid <> pg_backend_pid() AND a.application_name <> 'maestro-dataflow'`,
      [quoteTable(postgres, name)],
    )
    return rows.map(({ holder }) => String(holder))
  }

  async lockName(name: string): Promise<void> {
    await this.run('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [name])
  }

  /** Lists, and the types of extensions and of users, which have different numbers in each database. */
  async #addedTypes(): Promise<ReadonlyMap<number, string>> {
    // Each table has a type for lists of its rows, which no column holds.
    const { rows } =
      await this.run(`SELECT t.oid::int8::text AS oid, ${knownTypeName('t')} AS name FROM pg_catalog.pg_type t
      LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem LEFT JOIN pg_catalog.pg_class c ON c.oid = e.typrelid
      WHERE t.typtype = 'b' AND (t.typname = 'vector' AND t.oid >= 16384
        OR e.typarray = t.oid AND (c.oid IS NULL OR c.relkind = 'c'))`)
    return new Map(rows.map(({ oid, name }) => [Number(oid), String(name)]))
  }
}

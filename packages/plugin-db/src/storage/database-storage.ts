import { randomBytes } from 'node:crypto'
import {
  type Batch,
  describeIssues,
  MaestroError,
  type Row,
  type RowStorage,
  type SourceBatch,
  type SourceReject,
  type SteppedStorage,
  StepView,
  type WriteResult,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import { ConnectionFields, type DatabaseOptions } from '../connection/connection-options.js'
import type { ConnectionSettings } from '../connection/connection-settings.js'
import { openSession, withSession } from '../connection/open-session.js'
import { connectionSettings } from '../connection/resolve-connection.js'
import type { DatabaseSession } from '../dialects/session.js'
import { dbError } from '../errors.js'
import {
  QueryReadFields,
  type QueryReadOptions,
  type QuerySourceOptions,
  TableReadFields,
  type TableReadOptions,
  type TableSourceOptions,
} from '../options.js'
import { Pace, sizeOf } from '../source/pace.js'
import { openQuery } from '../source/query-source.js'
import { openTable } from '../source/table-source.js'
import { quoteNames, quoteTable, type TableName } from '../tables/names.js'
import { ownColumns } from './step-columns.js'
import { type RegisteredStep, StepRegistry } from './step-registry.js'
import { StepRows } from './step-rows.js'
import { StepTableWriter } from './step-table-writer.js'

type Input = Omit<TableSourceOptions, keyof DatabaseOptions> | Omit<QuerySourceOptions, keyof DatabaseOptions>

/** The options of a `DBStorage`: how to reach its database, and how to name its steps. */
export interface DBStorageOptions extends DatabaseOptions {
  /** The name of the steps. Storages with different names coexist in one schema. */
  readonly name: string
  /** The rows of step 0: a table or a query of the same database. @default no rows */
  readonly input?: Input
  /** The schema (MySQL: the database) of the steps. @default the connection's schema */
  readonly databaseSchema?: string
  /**
   * Whether to continue from the finished steps of this name, or to replace them with the next write. @default
   * 'continue'
   */
  readonly steps?: 'continue' | 'restart'
  /** Which steps to keep when a new one is finished. @default 'all' */
  readonly keep?: 'all' | 'latest'
  /** The folder where the path of an SQLite file starts. @default the current directory */
  readonly directory?: string
  /** Whether that file may lie outside `directory`. @default false */
  readonly allowOutsidePaths?: boolean
}

const options = z.strictObject({
  ...new ConnectionFields(),
  name: z.string().min(1).max(100),
  input: z
    .union([
      z.strictObject(withoutConnection(new TableReadFields())),
      z.strictObject(withoutConnection(new QueryReadFields())),
    ])
    .optional(),
  databaseSchema: z.string().min(1).optional(),
  steps: z.enum(['continue', 'restart']).optional(),
  keep: z.enum(['all', 'latest']).optional(),
  directory: z.string().optional(),
  allowOutsidePaths: z.boolean().optional(),
})

/** The connection belongs to the storage. */
function withoutConnection<Fields extends ConnectionFields>(fields: Fields): Omit<Fields, keyof ConnectionFields> {
  const { connection: _, pool: __, timeouts: ___, retries: ____, ...rest } = fields
  return rest
}

type Parsed = z.infer<typeof options>

/**
 * Rows in a database, in steps. Step 0 is a table or a query; each write creates a table with a column for each column
 * of the rows, within one transaction. Values are preserved as in step files. A new storage with the same name
 * continues from the newest finished step.
 *
 * @example
 * const storage = await DBStorage.open({ connection: 'sqlite:shop.db', name: 'reviews', input: { table: 'reviews' } })
 * await new PromptedGenerator({ serving, inputColumn: 'text', outputColumn: 'summary' }).run(storage)
 * console.log(storage.operatorStep) // 1
 */
export class DBStorage implements SteppedStorage {
  readonly #options: Parsed
  readonly #settings: ConnectionSettings
  readonly #registry: StepRegistry
  readonly #input: string
  #steps: readonly RegisteredStep[] = []
  #restart: boolean
  #rejected: readonly SourceReject[] = []
  #writing: Promise<unknown> = Promise.resolve()

  private constructor(parsed: Parsed) {
    const { directory = process.cwd(), allowOutsidePaths = false, databaseSchema, name, steps, input } = parsed
    this.#options = parsed
    this.#settings = connectionSettings(parsed, { directory, allowOutside: allowOutsidePaths })
    this.#registry = new StepRegistry(databaseSchema, name)
    this.#restart = steps === 'restart'
    this.#input = JSON.stringify(input ?? null, (_, value) => (typeof value === 'bigint' ? String(value) : value))
  }

  /**
   * Connects and finds the existing steps.
   *
   * @throws MAESTRO_DB_STORAGE_OPTIONS, MAESTRO_DB_STEPS_STALE, MAESTRO_DB_UNREACHABLE, and the other errors of a
   *   connection
   */
  static async open(given: DBStorageOptions): Promise<DBStorage> {
    const parsed = options.safeParse(given)
    if (!parsed.success)
      throw dbError('MAESTRO_DB_STORAGE_OPTIONS', { issues: describeIssues(parsed.error.issues, given) })
    const storage = new DBStorage(parsed.data)
    if (!storage.#restart) await storage.#lookUp()
    return storage
  }

  get operatorStep(): number {
    return this.#steps.at(-1)?.step ?? 0
  }

  /** The records of the input that the last read could not convert to rows. */
  get rejected(): readonly SourceReject[] {
    return this.#rejected
  }

  step(): RowStorage {
    return new StepView(this)
  }

  read(): AsyncIterable<SourceBatch> {
    return this.readStep(this.operatorStep)
  }

  /** The rows of one finished step, in order. */
  async *readStep(step: number): AsyncGenerator<SourceBatch> {
    const registered = this.#steps.find((one) => one.step === step)
    if (registered !== undefined) yield* this.#readTable(registered)
    else if (step === 0) yield* this.#readInput()
  }

  /**
   * Writes the next step. Writes with one name follow each other, also across processes.
   *
   * @throws MAESTRO_DB_STEPS_STALE, MAESTRO_DB_LOCKED, MAESTRO_ROW_UNENCODABLE
   */
  write(batches: AsyncIterable<Batch> | Iterable<Batch>): Promise<WriteResult> {
    const written = this.#writing.then(() => this.#writeStep(batches))
    this.#writing = written.catch(() => undefined)
    return written
  }

  /** All rows of the newest step. */
  async rows(): Promise<readonly Row[]> {
    const all: Row[] = []
    for await (const { rows } of this.read()) for (const row of rows) all.push(row)
    return all
  }

  /** Removes all steps of this name. */
  async clear(): Promise<void> {
    await this.#writing
    await withSession(this.#settings, async (session) => {
      await this.#removeSteps(session, await this.#registry.steps(session))
    })
    this.#steps = []
  }

  async #lookUp(): Promise<void> {
    if (!this.#settings.exists) return
    const steps = await withSession(this.#settings, (session) => this.#registry.steps(session))
    this.#assertSameInput(steps)
    this.#steps = steps
  }

  /** Steps of another input are never used as steps of this one. */
  #assertSameInput(steps: readonly RegisteredStep[]): void {
    if (steps.every(({ input }) => input === this.#input)) return
    throw dbError('MAESTRO_DB_STEPS_STALE', { name: this.#options.name, database: this.#settings.shown })
  }

  async *#readTable({ table, columns }: RegisteredStep): AsyncGenerator<SourceBatch> {
    const { dialect } = this.#settings
    const names = [ownColumns.id, ...columns.map(({ column }) => column), ownColumns.rest]
    const sql = `SELECT ${quoteNames(dialect, names)} FROM ${quoteTable(dialect, this.#tableName(table))} ORDER BY ${dialect.quoteName(ownColumns.position)}`
    const rows = new StepRows(dialect, columns)
    const session = await openSession(this.#settings)
    try {
      await session.beginReading()
      const stream = await session.stream(sql, [])
      try {
        const pace = new Pace()
        for (;;) {
          const raw = await stream.next(pace.rows)
          if (raw.length === 0) return
          pace.note(
            raw.length,
            raw.reduce((bytes, values) => bytes + sizeOf(values), 0),
          )
          yield { ids: raw.map(([id]) => String(id)), rows: raw.map(([, ...values]) => rows.decode(values)) }
        }
      } finally {
        await stream.close()
      }
    } finally {
      await session.rollback()
      await session.release()
    }
  }

  async *#readInput(): AsyncGenerator<SourceBatch> {
    const { input, connection, pool, timeouts, retries } = this.#options
    const rejected: SourceReject[] = []
    this.#rejected = rejected
    if (input === undefined) return
    const database = { connection, pool, timeouts, retries }
    const reader = await ('table' in input
      ? openTable({ ...database, ...input } as TableReadOptions, this.#settings)
      : openQuery({ ...database, ...input } as QueryReadOptions, this.#settings))
    for await (const batch of reader.read()) {
      rejected.push(...(batch.rejects ?? []))
      yield batch
    }
  }

  async #writeStep(batches: AsyncIterable<Batch> | Iterable<Batch>): Promise<WriteResult> {
    const session = await openSession(this.#settings)
    let made: TableName | undefined
    try {
      const { coverTables } = session.dialect.transactions
      await session.prepareWriting()
      await this.#registry.prepare(session)
      if (coverTables) await session.begin()
      await this.#registry.lock(session)
      const before = await this.#registry.steps(session)
      if (!this.#restart) this.#assertSameInput(before)
      const step = (this.#restart ? 0 : (before.at(-1)?.step ?? 0)) + 1
      const writer = new StepTableWriter(session, this.#tableName(this.#newTable(step)))
      made = writer.name
      await writer.writeAll(batches)
      const registered = { step, table: writer.name.table, columns: writer.columns, input: this.#input }
      const old = this.#restart ? before : this.#options.keep === 'latest' ? before : []
      await this.#registry.remove(session, old)
      await this.#registry.add(session, registered)
      await session.commit()
      made = undefined
      this.#restart = false
      this.#steps = [...before.filter((one) => !old.includes(one)), registered]
      await this.#dropTables(session, old)
      return { rows: writer.rows, location: `${this.#settings.shown} ${writer.name.table}` }
    } catch (error) {
      await session.rollback()
      // If transactions do not cover tables, a table that was created stays.
      if (made !== undefined && !session.dialect.transactions.coverTables) await this.#drop(made)
      throw error
    } finally {
      await session.release()
    }
  }

  async #removeSteps(session: DatabaseSession, steps: readonly RegisteredStep[]): Promise<void> {
    await this.#registry.remove(session, steps)
    await this.#dropTables(session, steps)
  }

  /** Drops the tables of obsolete steps. A table that is still being read stays, and belongs to nobody then. */
  async #dropTables(session: DatabaseSession, steps: readonly RegisteredStep[]): Promise<void> {
    for (const { table } of steps) {
      try {
        await session.run(`DROP TABLE IF EXISTS ${quoteTable(session.dialect, this.#tableName(table))}`)
      } catch (error) {
        if (!MaestroError.is(error, 'MAESTRO_DB_LOCKED')) throw error
      }
    }
  }

  async #drop(name: TableName): Promise<void> {
    await withSession(this.#settings, (session) =>
      session.run(`DROP TABLE IF EXISTS ${quoteTable(session.dialect, name)}`),
    )
  }

  /** A name that begins like the storage's name, if every database accepts it, and that no other step has. */
  #newTable(step: number): string {
    const readable = this.#options.name.replace(/[^\w]+/g, '_').slice(0, 30)
    return `${readable}_step_${step}_${randomBytes(4).toString('hex')}`
  }

  #tableName(table: string): TableName {
    return { schema: this.#options.databaseSchema, table }
  }
}

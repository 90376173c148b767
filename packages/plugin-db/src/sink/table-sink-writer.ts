import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import {
  type Batch,
  type ColumnSet,
  MaestroError,
  type RefusedRow,
  type SinkWriter,
  type WriteResult,
} from '@maestro-dataflow/core'
import type { ConnectionSettings } from '../connection/connection-settings.js'
import { reasonOf } from '../connection/failure.js'
import { openSession } from '../connection/open-session.js'
import { withRetries } from '../connection/with-retries.js'
import type { Session } from '../dialects/session.js'
import { dbError } from '../errors.js'
import { quoteTable, shownTable, type TableName } from '../tables/names.js'
import type { TableDescription } from '../tables/table-description.js'
import { createInserter } from './create-inserter.js'
import { inferColumns } from './infer-columns.js'
import { explainLock } from './lock-holders.js'
import type { RowInserter } from './row-inserter.js'
import { type EncodedRow, type RowRun, RowShapes, refusal } from './row-shapes.js'
import {
  createLike,
  createTarget,
  findTarget,
  hasOtherUniques,
  swapTables,
  type TargetOptions,
} from './target-table.js'
import { openWriting, type WritingSession } from './writing-session.js'

/** How a table is written. */
export interface TableWriting extends TargetOptions {
  /** The columns to write; undefined for all. */
  readonly only: readonly string[] | undefined
}

/** Rows that may wait while others are on their way. */
const mostWaiting = 2048

interface Ready {
  readonly shapes: RowShapes
  readonly inserter: RowInserter
}

/**
 * Writes rows in one transaction, which ends with `commit`: what fails before leaves the table as it was. A row that the
 * database refuses is an error that names it, as sinks do; the rows around it go in.
 */
export class TableSinkWriter implements SinkWriter {
  readonly #settings: ConnectionSettings
  readonly #session: Session
  /** The transaction. */
  readonly #transaction: WritingSession
  readonly #writing: TableWriting
  /** Rows of the batch at hand whose values do not fit and have not been told yet. */
  readonly #unfit = new Map<string, MaestroError>()
  /** Rows that the database refused and that nobody has asked for yet. */
  readonly #refused: RefusedRow[] = []
  #waiting: RowRun[] = []
  #waitingRows = 0
  /** The rows on their way to the database. */
  #going: Promise<void> | undefined
  #failure: { readonly error: unknown } | undefined
  /** Whether rows are in the transaction. */
  #written = false
  #ready: Ready | undefined
  #key: readonly string[] | undefined
  /** The table that is put into the place of the target at the end. */
  #staging: TableName | undefined
  /** Made outside of the transaction, in MySQL, and to be removed when the writing fails. */
  #made: TableName | undefined
  #marked: Promise<void> | undefined
  #rows = 0
  #done = false

  private constructor(settings: ConnectionSettings, transaction: WritingSession, writing: TableWriting) {
    this.#settings = settings
    this.#session = transaction.session
    this.#transaction = transaction
    this.#writing = writing
  }

  /** Connects, looks at the table, and begins the transaction. @throws what `findTarget` throws, MAESTRO_DB_LOCKED */
  static async open(
    settings: ConnectionSettings,
    writing: TableWriting,
    run: string,
    signal?: AbortSignal,
  ): Promise<TableSinkWriter> {
    if (settings.path !== undefined) await makeFolder(settings)
    const writer = new TableSinkWriter(settings, await openWriting(settings, run, signal), writing)
    try {
      await writer.#explained(() => writer.#transaction.alone(() => writer.#begin()))
      return writer
    } catch (error) {
      await writer.abort()
      throw error
    }
  }

  /** Takes rows; they go to the database while the next ones come, as many at once as have come meanwhile. */
  async write(batch: Batch): Promise<void> {
    this.#throwUnfit(batch)
    const { shapes } =
      this.#ready ?? (await this.#explained(() => this.#transaction.alone(() => this.#makeTable(batch))))
    const runs = shapes.encode(batch, this.#unfit)
    this.#throwUnfit(batch)
    this.#waiting.push(...runs)
    this.#waitingRows += batch.rows.length
    this.#rows += batch.rows.length
    if (this.#waitingRows >= mostWaiting) await this.#going
    this.#send()
  }

  async refused(last: boolean): Promise<readonly RefusedRow[]> {
    while (last && (this.#going !== undefined || this.#waiting.length > 0)) {
      await this.#going
      this.#send()
    }
    if (this.#failure !== undefined) throw this.#failure.error
    return this.#refused.splice(0)
  }

  /** Sends the rows that wait, unless others are on their way. What fails is thrown by whoever is asked next. */
  #send(): void {
    if (this.#failure !== undefined) throw this.#failure.error
    if (this.#going !== undefined || this.#waiting.length === 0) return
    const runs = together(this.#waiting)
    this.#waiting = []
    this.#waitingRows = 0
    this.#going = this.#explained(() => this.#transaction.alone(() => this.#writeRuns(runs)))
      .catch((error: unknown) => {
        this.#failure = { error }
      })
      .finally(() => {
        this.#going = undefined
      })
  }

  /** What the database ended because of another transaction is tried again, as far as it is still there to be. */
  #writeRuns(runs: readonly RowRun[]): Promise<void> {
    const session = this.#session
    const inserter = this.#ready?.inserter as RowInserter
    const isPassing = (error: unknown) =>
      MaestroError.is(error, 'MAESTRO_DB_CONFLICT') && (session.client === 'postgres' || !this.#written)
    let tried = false
    const write = () =>
      session.guarded(async () => {
        // PostgreSQL takes back the statement, and MariaDB all of the transaction.
        if (tried && session.client === 'mysql') {
          await session.begin()
          this.#mark()
        }
        await this.#marked
        if (tried && session.client === 'postgres') await session.run('ROLLBACK TO SAVEPOINT maestro_batch')
        tried = true
        await this.#writeOrRefuse(runs, inserter)
        this.#written = true
        this.#mark()
      })
    return withRetries(this.#settings.retries, undefined, write, isPassing)
  }

  /** Rows that are refused are looked for when there are some; then nothing of the batch stays. */
  async #writeOrRefuse(runs: readonly RowRun[], inserter: RowInserter): Promise<void> {
    if (this.#session.client === 'sqlite') await this.#session.runAll('SAVEPOINT maestro_batch')
    try {
      for (const { columns, rows } of runs) await inserter.insertAll(columns, rows)
      if (this.#session.client === 'sqlite') await this.#session.runAll('RELEASE SAVEPOINT maestro_batch')
      return
    } catch (error) {
      if (!inserter.aboutRows(error)) throw error
    }
    const session = this.#session
    await session.run('ROLLBACK TO SAVEPOINT maestro_batch')
    for (const { columns, rows } of runs) {
      for (const { row: refused, reason } of await inserter.insert(columns, rows)) {
        const { id, row } = refused
        this.#refused.push({ id, row, error: refusal(shownTable(this.#writing.name), reason).at({ rowId: id }) })
        this.#rows--
      }
    }
    if (session.client === 'sqlite') await session.runAll('RELEASE SAVEPOINT maestro_batch')
  }

  /** Sets the savepoint to which the next batch can be taken back. Nobody waits for it before that batch comes. */
  #mark(): void {
    const session = this.#session
    // SQLite's is set with each batch: there is no way to a server, and sinks may share the transaction.
    if (session.client === 'sqlite') return
    const release = this.#marked === undefined ? '' : 'RELEASE SAVEPOINT maestro_batch; '
    // MySQL takes one statement at a time, and puts a savepoint into the place of one of the same name.
    this.#marked = session.runAll(`${session.client === 'mysql' ? '' : release}SAVEPOINT maestro_batch`)
    this.#marked.catch(() => undefined)
  }

  async commit(): Promise<WriteResult> {
    const { name, columns } = this.#writing
    const [refused] = await this.refused(true)
    if (refused !== undefined) throw refused.error
    await this.#explained(async () => {
      await this.#marked
      if (this.#ready === undefined && !columns.open) await this.#makeTable({ ids: [], rows: [] })
      if (this.#staging === undefined) await this.#transaction.commit()
      else await swapTables(this.#session, this.#staging, name)
    })
    this.#done = true
    await this.#transaction.release()
    return { rows: this.#rows, location: `${this.#settings.shown} ${shownTable(name)}` }
  }

  async abort(): Promise<void> {
    if (this.#done) return
    this.#done = true
    if (this.#going !== undefined) this.#session.interrupt()
    await this.#going
    try {
      await this.#transaction.rollback()
      const made = this.#made
      if (made !== undefined) await this.#dropMade(made)
    } finally {
      await this.#transaction.release()
    }
  }

  /** The connection may be what failed: then another one is needed. */
  async #dropMade(made: TableName): Promise<void> {
    const sql = `DROP TABLE IF EXISTS ${quoteTable(this.#session.client, made)}`
    if (!this.#session.spoiled) return void (await this.#session.run(sql))
    const session = await openSession(this.#settings)
    try {
      await session.run(sql)
    } finally {
      await session.release()
    }
  }

  async #begin(): Promise<void> {
    const session = this.#session
    const { mode, name } = this.#writing
    if (session.client === 'sqlite') await session.prepareWriting()
    const { table, key } = await findTarget(session, this.#writing)
    this.#key = key
    const replaces = mode === 'replace' && table !== undefined
    // A table that more hangs on stays, and its rows are exchanged; so it is in SQLite, whose transactions cover all.
    const stages = replaces && session.client !== 'sqlite' && table.attached.length === 0
    if (stages && session.client === 'mysql') this.#made = this.#staging = await createLike(session, name)
    await this.#transaction.begin()
    if (stages && session.client !== 'mysql') this.#staging = await createLike(session, name)
    if (replaces && !stages) await session.run(`DELETE FROM ${quoteTable(session.client, name)}`)
    this.#mark()
    if (table !== undefined) this.#prepare(table)
  }

  /** Makes the table from the declared columns and, where these say too little, from the first rows. */
  async #makeTable(batch: Batch): Promise<Ready> {
    const { name, columns, only } = this.#writing
    const session = this.#session
    const inferred = withKnown(inferColumns(batch.rows, columns.columns), only)
    // In MySQL this ends the transaction, which has written nothing yet.
    const table = await createTarget(session, name, inferred, this.#writing.key ?? [])
    if (session.client === 'mysql') {
      this.#made = name
      await session.begin()
      this.#mark()
    }
    return this.#prepare(table)
  }

  #prepare(table: TableDescription): Ready {
    const { name, mode, only } = this.#writing
    const key = this.#key ?? []
    const inserter = createInserter(this.#session, {
      name: this.#staging ?? name,
      upsertBy: mode === 'upsert' ? key : undefined,
      otherUniques: hasOtherUniques(table, key),
    })
    this.#ready = { inserter, shapes: new RowShapes(this.#session.client, shownTable(name), table, only) }
    return this.#ready
  }

  #throwUnfit({ ids }: Batch): void {
    if (this.#unfit.size === 0) return
    for (const id of ids) {
      const error = this.#unfit.get(id)
      if (error === undefined) continue
      this.#unfit.delete(id)
      throw error.at({ rowId: id })
    }
  }

  /** Says of a lock who holds it. */
  async #explained<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work()
    } catch (error) {
      if (!MaestroError.is(error, 'MAESTRO_DB_LOCKED')) throw error
      throw await explainLock(error, this.#settings, this.#writing.name)
    }
  }
}

function withKnown(columns: ColumnSet['columns'], only: readonly string[] | undefined): ColumnSet['columns'] {
  if (only === undefined) return columns
  return Object.fromEntries(only.map((name) => [name, columns[name] ?? 'unknown'] as const))
}

/** Runs of the same columns that follow each other as one. */
function together(runs: readonly RowRun[]): readonly RowRun[] {
  const joined: { columns: readonly string[]; rows: EncodedRow[] }[] = []
  for (const { columns, rows } of runs) {
    const last = joined.at(-1)
    if (last?.columns === columns) for (const row of rows) last.rows.push(row)
    else joined.push({ columns, rows: [...rows] })
  }
  return joined
}

/** The folder of a file of SQLite that is to be made. @throws MAESTRO_DB_UNREACHABLE */
async function makeFolder(settings: ConnectionSettings): Promise<void> {
  try {
    await mkdir(dirname(settings.path ?? ''), { recursive: true })
  } catch (error) {
    throw dbError('MAESTRO_DB_UNREACHABLE', { database: settings.shown, reason: reasonOf(error, settings) })
  }
}

import { setImmediate } from 'node:timers/promises'
import {
  type Batch,
  type Columns,
  type Logger,
  MaestroError,
  type RefusedRow,
  type Row,
  type SinkCheckpoint,
  type SinkReceipt,
  type SinkWriter,
  type StorageContext,
  type WriteResult,
} from '@maestro-dataflow/core'
import type { ConnectionSettings } from '../connection/connection-settings.js'
import type { DatabaseSession } from '../dialects/session.js'
import { quoteTable, shownTable, type TableName } from '../tables/names.js'
import type { TableDescription } from '../tables/table-description.js'
import { BatchWriter } from './batch-writer.js'
import { explainLock } from './explain-lock.js'
import { chosenColumns, inferColumns } from './infer-columns.js'
import { PartitionReceipt } from './partition-receipt.js'
import { Receipts } from './receipts.js'
import { removeRows } from './remove-rows.js'
import type { RowPart } from './row-run.js'
import { RowSender } from './row-sender.js'
import { RowShapes } from './row-shapes.js'
import {
  createLike,
  createTarget,
  findTarget,
  hasOtherUniques,
  isFilled,
  swapTables,
  type TargetOptions,
} from './target-table.js'
import { UncoveredTables } from './uncovered-tables.js'
import { openWriting, type WritingSession } from './writing-session.js'

/** How to write a table. */
export interface TableWriting extends TargetOptions {
  /** The columns to write; undefined for all. */
  readonly only: readonly string[] | undefined
  /** The types in the options. */
  readonly declared: Columns
  /** What is written together with the rows. */
  readonly receipt: SinkReceipt | undefined
  /** Whether each partition is committed by itself. */
  readonly byPartition: boolean
}

/**
 * Writes rows in one transaction, which ends with `commit`: a failure before it leaves the table unchanged. Rows that
 * the database refuses are reported afterwards; the rows around them are written.
 */
export class TableSinkWriter implements SinkWriter {
  readonly #settings: ConnectionSettings
  readonly #session: DatabaseSession
  /** The transaction. */
  readonly #transaction: WritingSession
  readonly #writing: TableWriting
  readonly #batches: BatchWriter
  /** Rows of the current batch whose values do not fit and are not yet reported. */
  readonly #unfit = new Map<string, MaestroError>()
  readonly #sender: RowSender
  /** How to encode rows, once the table is known. */
  #shapes: RowShapes | undefined
  #key: readonly string[] | undefined
  /** The table as it was before the run. */
  #found: TableDescription | undefined
  /** The table that replaces the target at the end. */
  #staging: TableName | undefined
  /** The tables that the transaction does not cover. */
  readonly #uncovered: UncoveredTables
  /** The rows that an earlier process of the run has committed. */
  #rowsBefore = 0
  #replaces = false
  #receipts: Receipts | undefined
  #partitions: PartitionReceipt | undefined
  #done = false
  readonly checkpoint?: () => Promise<SinkCheckpoint>

  private constructor(settings: ConnectionSettings, transaction: WritingSession, writing: TableWriting) {
    this.#settings = settings
    this.#session = transaction.session
    this.#transaction = transaction
    this.#writing = writing
    this.#batches = new BatchWriter(transaction.session)
    this.#uncovered = new UncoveredTables(settings, transaction.session)
    this.#sender = new RowSender(shownTable(writing.name), (runs, sent) =>
      this.#explained(() => transaction.alone(() => this.#batches.write(runs, sent))),
    )
    if (writing.byPartition) this.checkpoint = () => this.#checkpoint()
  }

  /** Connects, checks the table, and begins the transaction. @throws what `findTarget` throws, MAESTRO_DB_LOCKED */
  static async open(
    settings: ConnectionSettings,
    writing: TableWriting,
    { runDirectory, signal, logger }: Pick<StorageContext, 'runDirectory' | 'signal' | 'logger'>,
  ): Promise<TableSinkWriter> {
    const transaction = await openWriting(settings, runDirectory, signal, writing.byPartition)
    const writer = new TableSinkWriter(settings, transaction, writing)
    try {
      await writer.#explained(() => writer.#transaction.alone(() => writer.#begin(logger)))
      return writer
    } catch (error) {
      await writer.abort()
      throw error
    }
  }

  get replaces(): boolean {
    return this.#replaces
  }

  get keepsReceipt(): boolean {
    return this.#receipts !== undefined
  }

  get commitsWith(): string | undefined {
    return this.#transaction.sharedAs
  }

  /** Accepts rows. They are sent while the next ones arrive, as many at once as have arrived meanwhile. */
  async write(batch: Batch): Promise<void> {
    this.#throwUnfit(batch)
    const shapes = this.#shapes ?? (await this.#explained(() => this.#transaction.alone(() => this.#makeTable(batch))))
    const parts: RowPart[] = []
    for (const rows of turns(batch)) {
      parts.push(...shapes.encode(rows, this.#unfit))
      if (this.#sender.isSending) await setImmediate()
    }
    this.#throwUnfit(batch)
    await this.#sender.add(parts, batch.rows.length)
  }

  refused(last: boolean): Promise<readonly RefusedRow[]> {
    return this.#sender.refused(last)
  }

  /** The rows that the table has from this run. */
  get #rows(): number {
    return this.#rowsBefore + this.#sender.rows
  }

  async removeRows(columns: readonly string[], isGone: (row: Row) => boolean): Promise<void> {
    const table = this.#found
    if (table === undefined) return
    await this.#assertAllSent()
    const target = { name: this.#writing.name, table, key: this.#key ?? [] }
    await this.#explained(() =>
      this.#transaction.alone(async () => {
        await this.#batches.settled()
        await removeRows(this.#session, target, columns, isGone)
        this.#batches.keepChanges()
      }),
    )
  }

  async commit(): Promise<WriteResult> {
    const { name, columns, receipt } = this.#writing
    await this.#assertAllSent()
    await this.#explained(async () => {
      await this.#batches.settled()
      if (this.#shapes === undefined && !columns.open) await this.#makeTable({ ids: [], rows: [] })
      if (receipt !== undefined)
        await this.#transaction.alone(async () => {
          await this.#partitions?.remove()
          await this.#receipts?.write(this.#session, receipt, this.#rows)
        })
      if (this.#staging === undefined) await this.#transaction.commit()
      else await swapTables(this.#session, this.#staging, name)
    })
    this.#done = true
    await this.#transaction.release()
    return { rows: this.#rows, location: locationOf(this.#settings, name) }
  }

  async #checkpoint(): Promise<SinkCheckpoint> {
    await this.#assertAllSent()
    await this.#batches.settled()
    const partitions = this.#partitions
    const state = partitions?.next(this.#rows)
    return {
      state,
      settle: () =>
        this.#explained(() =>
          this.#transaction.alone(async () => {
            if (state !== undefined) await partitions?.write(state)
            await this.#transaction.commitPart()
            this.#uncovered.keep()
            this.#batches.renew()
          }),
        ),
    }
  }

  /** Leaves the partitions that were committed. */
  suspend(): Promise<void> {
    return this.abort()
  }

  async #assertAllSent(): Promise<void> {
    const [refused] = await this.refused(true)
    if (refused !== undefined) throw refused.error
  }

  async abort(): Promise<void> {
    if (this.#done) return
    this.#done = true
    if (this.#sender.isSending) this.#session.interrupt()
    await this.#sender.settled()
    try {
      await this.#transaction.rollback()
      await this.#uncovered.remove()
    } finally {
      await this.#transaction.release()
    }
  }

  async #begin(logger: Logger): Promise<void> {
    const session = this.#session
    const { mode, name } = this.#writing
    const { exchange } = session.dialect.tables
    const { coverTables, oneWriter } = session.dialect.transactions
    await session.prepareWriting()
    const { table, key } = await findTarget(session, this.#writing)
    this.#key = key
    this.#found = table
    const replaces = mode === 'overwrite' && table !== undefined
    this.#replaces = replaces && (await isFilled(session, name))
    // The table of receipts outlives the transaction: a resumed run looks for a receipt in it, also if there is none.
    await this.#openReceipts(logger, oneWriter && !this.#transaction.hasBegun)
    // A table on which other objects depend stays, and its rows are exchanged.
    const exchanged = replaces && table.attached.length === 0 ? exchange : undefined
    if (exchanged !== undefined && !coverTables) {
      this.#staging = await createLike(session, exchanged, name)
      this.#uncovered.made(this.#staging)
    }
    await this.#transaction.begin()
    if (exchanged !== undefined && coverTables) this.#staging = await createLike(session, exchanged, name)
    if (replaces && exchanged === undefined) await session.run(`DELETE FROM ${quoteTable(session.dialect, name)}`)
    this.#batches.mark()
    if (table !== undefined) this.#prepare(table)
  }

  /** @param waits Whether a transaction waits for the other writers of the database. */
  async #openReceipts(logger: Logger, waits: boolean): Promise<void> {
    const { name, receipt, byPartition } = this.#writing
    if (receipt === undefined) return
    if (waits) await this.#session.begin()
    this.#receipts = await Receipts.open(this.#session, name.schema, logger, byPartition)
    if (waits) await this.#session.commit()
    if (!byPartition || this.#receipts === undefined) return
    this.#partitions = await PartitionReceipt.take(this.#session, this.#receipts, receipt)
    this.#rowsBefore = this.#partitions.committed?.rows ?? 0
  }

  /** Creates the table from the declared columns and, if they say too little, from the first rows. */
  async #makeTable(batch: Batch): Promise<RowShapes> {
    const { name, columns, only } = this.#writing
    const session = this.#session
    const inferred = chosenColumns(inferColumns(batch.rows, columns.columns), only)
    const { coverTables } = session.dialect.transactions
    // If this ends the transaction, nothing has been written yet.
    const table = await createTarget(session, name, inferred, this.#writing.key ?? []).catch((error: unknown) => {
      // The database may finish what it was making when the connection broke.
      if (!coverTables && MaestroError.is(error, 'MAESTRO_DB_CONNECTION_LOST')) this.#uncovered.perhapsMade(name)
      throw error
    })
    if (!coverTables) {
      this.#uncovered.made(name)
      await session.begin()
      this.#batches.mark()
    }
    return this.#prepare(table)
  }

  #prepare(table: TableDescription): RowShapes {
    const { name, mode, only, declared } = this.#writing
    const key = this.#key ?? []
    const upsertBy = mode === 'upsert' ? key : undefined
    const inserter = this.#batches.target({
      name: this.#staging ?? name,
      upsertBy,
      otherUniques: hasOtherUniques(table, key),
    })
    this.#sender.sendsLines = inserter.lineOf !== undefined
    const { columns } = this.#writing.columns
    this.#shapes = new RowShapes(inserter, shownTable(name), table, only, columns, declared, upsertBy)
    return this.#shapes
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

  /** Adds the holders of a lock. */
  async #explained<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work()
    } catch (error) {
      if (!MaestroError.is(error, 'MAESTRO_DB_LOCKED')) throw error
      throw await explainLock(error, this.#settings, this.#writing.name)
    }
  }
}

/** Where the rows are, for people. */
export function locationOf({ shown }: ConnectionSettings, name: TableName): string {
  return `${shown} ${shownTable(name)}`
}

/**
 * The number of rows that are encoded before the work in progress gets a turn, so that a server does not wait for this
 * thread.
 */
const turnRows = 256

function* turns({ ids, rows }: Batch): Generator<Batch> {
  for (let start = 0; start < rows.length; start += turnRows)
    yield { ids: ids.slice(start, start + turnRows), rows: rows.slice(start, start + turnRows) }
}

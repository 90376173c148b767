import { hash } from 'node:crypto'
import { type Logger, MaestroError, type SinkReceipt, type SinkReceiptName } from '@maestro-dataflow/core'
import type { DatabaseSession } from '../dialects/session.js'
import { createTableSql } from '../tables/create-table.js'
import { quoteNames, quoteTable, shownTable, type TableName } from '../tables/names.js'
import { tableMissing } from '../tables/table-missing.js'

/**
 * The receipts of the runs that have added rows to tables of a schema. A receipt is written in the transaction of the
 * rows, so it is there if and only if they are. Its primary key makes a second commit of the same sink fail.
 */
export class Receipts {
  readonly table: TableName

  /** @param schema The schema of the table that receives the rows. */
  constructor(schema: string | undefined) {
    this.table = { schema, table: 'maestro_receipts' }
  }

  /**
   * Prepares the receipts of a schema; undefined without the right to create their table.
   *
   * @param needed Whether nothing can be written without them.
   */
  static async open(
    session: DatabaseSession,
    schema: string | undefined,
    logger: Logger,
    needed = false,
  ): Promise<Receipts | undefined> {
    const receipts = new Receipts(schema)
    try {
      await receipts.#prepare(session)
      return receipts
    } catch (error) {
      if (needed || !MaestroError.is(error, 'MAESTRO_DB_PERMISSION')) throw error
      logger.warn('The table of receipts cannot be created: a run that is interrupted in its commit cannot go on.', {
        table: shownTable(receipts.table),
        reason: error.message,
      })
      return undefined
    }
  }

  /** Creates their table if it does not exist; two processes may do so at once. */
  async #prepare(session: DatabaseSession): Promise<void> {
    if ((await session.describeTable(this.table)) !== undefined) return
    try {
      await session.run(createTableSql(session.dialect, this.table, columns, ['id']))
    } catch (error) {
      if (MaestroError.is(error) && (await session.describeTable(this.table)) !== undefined) return
      throw error
    }
  }

  /** Adds a receipt to the transaction. */
  write(session: DatabaseSession, receipt: SinkReceipt, rows: number): Promise<void> {
    return this.insert(session, receipt, { id: receiptId(receipt), rows, holder: '' })
  }

  /** @param holder The only process that may change it. */
  async insert(
    session: DatabaseSession,
    { run, sink, fingerprint }: SinkReceipt,
    { id, rows, holder }: { readonly id: string; readonly rows: number; readonly holder: string },
  ): Promise<void> {
    const { dialect } = session
    const values = [id, run, sink, fingerprint, rows, holder, new Date().toISOString()]
    const places = values.map((_, index) => dialect.placeholder(index + 1)).join(', ')
    await session.run(
      `INSERT INTO ${quoteTable(dialect, this.table)} (${quoteNames(dialect, Object.keys(columns))}) VALUES (${places})`,
      values,
    )
  }

  /**
   * Looks for a receipt. A process that was killed may have sent its commit, which the server has not finished: its
   * receipt is invisible, but its primary key is taken. Only a second insertion of this key waits for that commit.
   *
   * @throws MAESTRO_DB_TABLE_MISSING if somebody has removed the receipts, MAESTRO_DB_LOCKED if the other transaction
   *   does not end
   */
  async find(session: DatabaseSession, name: SinkReceiptName): Promise<FoundReceipt | undefined> {
    const { dialect } = session
    if ((await session.describeTable(this.table)) === undefined) throw await tableMissing(session, this.table)
    // A file has no server that could finish the work of a process that has ended.
    const failure = dialect.transactions.oneWriter ? undefined : await this.#awaitCommit(session, name)
    const found = await this.read(session, receiptId(name))
    if (found === undefined && failure !== undefined) throw failure
    return found
  }

  async read(session: DatabaseSession, id: string): Promise<FoundReceipt | undefined> {
    const { dialect } = session
    const { rows } = await session.run(
      `SELECT fingerprint, row_count FROM ${quoteTable(dialect, this.table)} WHERE id = ${dialect.placeholder(1)}`,
      [id],
    )
    const [found] = rows
    return found && { fingerprint: String(found.fingerprint), rows: Number(found.row_count) }
  }

  /** Inserts a receipt and takes it back. @returns why it cannot be inserted: most often, it is there */
  async #awaitCommit(session: DatabaseSession, name: SinkReceiptName): Promise<unknown> {
    await session.begin()
    try {
      await this.write(session, { ...name, fingerprint: '' }, 0)
      return undefined
    } catch (error) {
      return error
    } finally {
      await session.rollback()
    }
  }
}

const columns = {
  id: 'string',
  run: 'string',
  sink: 'string',
  fingerprint: 'string',
  row_count: 'integer',
  holder: 'string',
  committed_at: 'string',
} as const

interface FoundReceipt {
  readonly fingerprint: string
  readonly rows: number
}

/** The names have any length, and a primary key has not. @param of What the receipt is for, besides the whole run. */
export const receiptId = ({ run, sink }: SinkReceiptName, ...of: readonly string[]): string =>
  hash('sha256', JSON.stringify([run, sink, ...of])).slice(0, 32)

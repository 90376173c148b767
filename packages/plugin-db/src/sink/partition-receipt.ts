import { randomUUID } from 'node:crypto'
import type { SinkReceiptName } from '@maestro-dataflow/core'
import type { DatabaseSession } from '../dialects/session.js'
import { dbError } from '../errors.js'
import { quoteTable } from '../tables/names.js'
import { type Receipts, receiptId } from './receipts.js'

/** What the last committed partition has left: a name that no other partition has, and the rows of all so far. */
export interface CommittedPartition {
  readonly partition: string
  readonly rows: number
}

/**
 * The receipt of the partitions that a run has committed to a table: one row, which each transaction of a partition
 * changes together with the rows. It names the process that may change it, so that a process that has lost the run
 * cannot commit.
 */
export class PartitionReceipt {
  readonly #session: DatabaseSession
  readonly #receipts: Receipts
  readonly #id: string
  readonly #holder: string
  /** What was committed when the receipt was taken. */
  readonly committed: CommittedPartition | undefined

  private constructor(
    session: DatabaseSession,
    receipts: Receipts,
    taken: { readonly id: string; readonly holder: string; readonly committed: CommittedPartition | undefined },
  ) {
    this.#session = session
    this.#receipts = receipts
    this.#id = taken.id
    this.#holder = taken.holder
    this.committed = taken.committed
  }

  /**
   * Takes the receipt over, and makes it if it is missing, in a transaction of its own. If another process is committing a
   * partition, the end of its transaction is waited for.
   */
  static async take(session: DatabaseSession, receipts: Receipts, name: SinkReceiptName): Promise<PartitionReceipt> {
    const id = receiptId(name, 'partitions')
    const holder = randomUUID()
    const table = quoteTable(session.dialect, receipts.table)
    const place = (index: number) => session.dialect.placeholder(index)
    await session.begin()
    try {
      const { changed } = await session.run(`UPDATE ${table} SET holder = ${place(1)} WHERE id = ${place(2)}`, [
        holder,
        id,
      ])
      if (changed === 0) await receipts.insert(session, { ...name, fingerprint: '' }, { id, rows: 0, holder })
      const found = changed === 0 ? undefined : await receipts.read(session, id)
      await session.commit()
      const committed =
        found === undefined || found.fingerprint === '' ? undefined : { partition: found.fingerprint, rows: found.rows }
      return new PartitionReceipt(session, receipts, { id, holder, committed })
    } catch (error) {
      await session.rollback()
      throw error
    }
  }

  /** The next partition. @param rows The rows of all partitions, with this one. */
  next(rows: number): CommittedPartition {
    return { partition: randomUUID(), rows }
  }

  /** Notes a partition in the transaction of its rows. @throws MAESTRO_DB_TAKEN_OVER */
  async write({ partition, rows }: CommittedPartition): Promise<void> {
    const place = (index: number) => this.#session.dialect.placeholder(index)
    await this.#change(
      `UPDATE ${this.#table} SET fingerprint = ${place(1)}, row_count = ${place(2)}, committed_at = ${place(3)} WHERE id = ${place(4)} AND holder = ${place(5)}`,
      [partition, rows, new Date().toISOString(), this.#id, this.#holder],
    )
  }

  /** Removes the receipt in the transaction of the last rows. @throws MAESTRO_DB_TAKEN_OVER */
  async remove(): Promise<void> {
    const place = (index: number) => this.#session.dialect.placeholder(index)
    await this.#change(`DELETE FROM ${this.#table} WHERE id = ${place(1)} AND holder = ${place(2)}`, [
      this.#id,
      this.#holder,
    ])
  }

  get #table(): string {
    return quoteTable(this.#session.dialect, this.#receipts.table)
  }

  async #change(sql: string, values: readonly (string | number)[]): Promise<void> {
    const { changed } = await this.#session.run(sql, values)
    if (changed !== 1) throw dbError('MAESTRO_DB_TAKEN_OVER', { database: this.#session.settings.shown })
  }
}

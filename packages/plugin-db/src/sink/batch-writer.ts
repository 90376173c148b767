import { MaestroError } from '@maestro-dataflow/core'
import { withRetries } from '../connection/with-retries.js'
import type { DatabaseSession } from '../dialects/session.js'
import type { InsertTarget, RefusedRow, RowInserter } from './row-inserter.js'
import { type RowRun, rowsOf } from './row-run.js'

/**
 * Writes rows in the transaction of a session, batch by batch. A batch is written as far as the database accepts its
 * rows.
 */
export class BatchWriter {
  readonly #session: DatabaseSession
  #inserter: RowInserter | undefined
  /** The savepoint to which the next batch can be rolled back. */
  #marked: Promise<void> | undefined
  /** Whether the transaction contains rows. */
  #written = false

  constructor(session: DatabaseSession) {
    this.#session = session
  }

  /** Sets the destination of the rows, before the first ones. @returns how they have to be encoded */
  target(target: InsertTarget): RowInserter {
    this.#inserter = this.#session.createInserter(target)
    return this.#inserter
  }

  /** Sets the savepoint of the next batch. Nobody awaits it before that batch arrives. */
  mark(): void {
    const session = this.#session
    const { savepointsAhead, savepointsReplace } = session.dialect.transactions
    // Otherwise it is set with each batch: there is no round trip to a server, and sinks may share the transaction.
    if (!savepointsAhead) return
    const release = this.#marked === undefined || savepointsReplace ? '' : 'RELEASE SAVEPOINT maestro_batch; '
    this.#marked = session.runAll(`${release}SAVEPOINT maestro_batch`)
    this.#marked.catch(() => undefined)
  }

  /** Notes that the transaction contains changes that are not rows of this writer; they stay if a batch is rolled back. */
  keepChanges(): void {
    this.#written = true
    this.mark()
  }

  /** Begins anew with a transaction that contains nothing. */
  renew(): void {
    this.#marked = undefined
    this.#written = false
    this.mark()
  }

  /** Awaits what is still unawaited. */
  async settled(): Promise<void> {
    await this.#marked
  }

  /**
   * Retries what the database ended because of another transaction, as far as it is still available.
   *
   * @param sent Called when rows are on their way.
   * @returns the rows that the database refused; the others are written
   */
  write(runs: readonly RowRun[], sent: () => void): Promise<readonly RefusedRow[]> {
    const session = this.#session
    const { savepointsAhead, conflictEnds } = session.dialect.transactions
    const isPassing = (error: unknown) =>
      MaestroError.is(error, 'MAESTRO_DB_CONFLICT') && (conflictEnds === 'statement' || !this.#written)
    let tried = false
    const write = () =>
      session.guarded(async () => {
        if (tried && conflictEnds === 'transaction') {
          await session.begin()
          this.mark()
        }
        await this.#marked
        if (tried && conflictEnds === 'statement') await session.run('ROLLBACK TO SAVEPOINT maestro_batch')
        tried = true
        if (!savepointsAhead) await session.runAll('SAVEPOINT maestro_batch')
        const refused = await this.#writeOrRefuse(runs, this.#inserter as RowInserter, sent)
        if (!savepointsAhead) await session.runAll('RELEASE SAVEPOINT maestro_batch')
        this.#written = true
        this.mark()
        return refused
      })
    return withRetries(session.settings.retries, undefined, write, isPassing)
  }

  /** Refused rows are searched for only if there are any, because that takes a second attempt. */
  async #writeOrRefuse(
    runs: readonly RowRun[],
    inserter: RowInserter,
    sent: () => void,
  ): Promise<readonly RefusedRow[]> {
    try {
      for (const run of runs) await inserter.insertAll(run, sent)
      return []
    } catch (error) {
      if (!inserter.aboutRows(error)) throw error
    }
    await this.#session.run('ROLLBACK TO SAVEPOINT maestro_batch')
    const refused: RefusedRow[] = []
    for (const run of runs) refused.push(...(await inserter.insert(run.columns, rowsOf(run))))
    return refused
  }
}

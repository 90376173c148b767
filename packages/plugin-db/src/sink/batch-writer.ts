import { MaestroError } from '@maestro-dataflow/core'
import { withRetries } from '../connection/with-retries.js'
import type { DatabaseSession } from '../dialects/database-session.js'
import { createInserter } from './create-inserter.js'
import type { InsertTarget, RefusedRow, RowInserter } from './row-inserter.js'
import { type RowRun, rowsOf } from './row-shapes.js'

/** Writes rows in the transaction of a session, batch by batch: each is in it as far as the database takes its rows. */
export class BatchWriter {
  readonly #session: DatabaseSession
  #inserter: RowInserter | undefined
  /** The savepoint to which the next batch can be taken back. */
  #marked: Promise<void> | undefined
  /** Whether rows are in the transaction. */
  #written = false

  constructor(session: DatabaseSession) {
    this.#session = session
  }

  /** Says where the rows go; before the first ones. @returns whether they are to come as lines of COPY too */
  target(target: InsertTarget): boolean {
    this.#inserter = createInserter(this.#session, target)
    return this.#inserter.copies
  }

  /** Sets the savepoint of the next batch. Nobody waits for it before that batch comes. */
  mark(): void {
    const session = this.#session
    // SQLite's is set with each batch: there is no way to a server, and sinks may share the transaction.
    if (session.client === 'sqlite') return
    const release = this.#marked === undefined ? '' : 'RELEASE SAVEPOINT maestro_batch; '
    // MySQL takes one statement at a time, and puts a savepoint into the place of one of the same name.
    this.#marked = session.runAll(`${session.client === 'mysql' ? '' : release}SAVEPOINT maestro_batch`)
    this.#marked.catch(() => undefined)
  }

  /** Waits for what nobody has waited for. */
  async settled(): Promise<void> {
    await this.#marked
  }

  /**
   * What the database ended because of another transaction is tried again, as far as it is still there to be.
   *
   * @param sent Called when rows are on their way.
   * @returns the rows that the database refused; the others are in
   */
  write(runs: readonly RowRun[], sent: () => void): Promise<readonly RefusedRow[]> {
    const session = this.#session
    const isPassing = (error: unknown) =>
      MaestroError.is(error, 'MAESTRO_DB_CONFLICT') && (session.client === 'postgres' || !this.#written)
    let tried = false
    const write = () =>
      session.guarded(async () => {
        // PostgreSQL takes back the statement, and MariaDB all of the transaction.
        if (tried && session.client === 'mysql') {
          await session.begin()
          this.mark()
        }
        await this.#marked
        if (tried && session.client === 'postgres') await session.run('ROLLBACK TO SAVEPOINT maestro_batch')
        tried = true
        if (session.client === 'sqlite') await session.runAll('SAVEPOINT maestro_batch')
        const refused = await this.#writeOrRefuse(runs, this.#inserter as RowInserter, sent)
        if (session.client === 'sqlite') await session.runAll('RELEASE SAVEPOINT maestro_batch')
        this.#written = true
        this.mark()
        return refused
      })
    return withRetries(session.settings.retries, undefined, write, isPassing)
  }

  /** Rows that are refused are looked for only when there are some: it takes a second try. */
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

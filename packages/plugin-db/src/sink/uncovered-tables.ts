import type { ConnectionSettings } from '../connection/connection-settings.js'
import { openSession } from '../connection/open-session.js'
import type { DatabaseSession } from '../dialects/session.js'
import { quoteTable, type TableName } from '../tables/names.js'
import { isFilled } from './target-table.js'

/** The tables that a writer creates although the transaction does not cover them. They are removed if writing fails. */
export class UncoveredTables {
  readonly #settings: ConnectionSettings
  readonly #session: DatabaseSession
  #made: TableName | undefined
  #perhapsMade: TableName | undefined

  constructor(settings: ConnectionSettings, session: DatabaseSession) {
    this.#settings = settings
    this.#session = session
  }

  made(name: TableName): void {
    this.#made = name
  }

  /** The connection broke while the table was being created. */
  perhapsMade(name: TableName): void {
    this.#perhapsMade = name
  }

  /** The table has rows that were committed, so it stays. */
  keep(): void {
    this.#made = undefined
  }

  async remove(): Promise<void> {
    const made = this.#made
    // The writer's connection may have failed; then another one is needed.
    if (made !== undefined && this.#session.spoiled) await this.#withNewSession((session) => drop(session, made))
    else if (made !== undefined) await drop(this.#session, made)
    const perhaps = this.#perhapsMade
    if (perhaps === undefined) return
    await this.#withNewSession(async (session) => {
      // A table with rows is not ours.
      const isOurs = (await session.describeTable(perhaps)) !== undefined && !(await isFilled(session, perhaps))
      if (isOurs) await drop(session, perhaps)
    })
  }

  async #withNewSession(work: (session: DatabaseSession) => Promise<void>): Promise<void> {
    const session = await openSession(this.#settings)
    try {
      await work(session)
    } finally {
      await session.release()
    }
  }
}

async function drop(session: DatabaseSession, table: TableName): Promise<void> {
  await session.run(`DROP TABLE IF EXISTS ${quoteTable(session.dialect, table)}`)
}

import type { ConnectionSettings } from '../connection/connection-settings.js'
import { databaseFailure } from '../connection/failure.js'
import type { RawConnection, RawConnections } from '../connection/open-pool.js'

/** What the sessions of all databases do alike. */
export class Held<Connection extends RawConnections[keyof RawConnections]> {
  readonly settings: ConnectionSettings
  readonly connection: Connection
  readonly #giveBack: () => Promise<void>
  #released = false

  constructor(settings: ConnectionSettings, connection: Connection, giveBack: () => Promise<void>) {
    this.settings = settings
    this.connection = connection
    this.#giveBack = giveBack
  }

  /** Does work with the connection. @throws errors of ours only */
  async guarded<Result>(work: () => Result | Promise<Result>, about?: string): Promise<Result> {
    try {
      return await work()
    } catch (error) {
      const failure = databaseFailure(error, this.settings, about)
      if (failure.code === 'MAESTRO_DB_CONNECTION_LOST') this.spoil(error)
      throw failure
    }
  }

  /** The connection is not to be used again. */
  spoil(reason: unknown): void {
    ;(this.connection as RawConnection).__knex__disposed = reason
  }

  get spoiled(): boolean {
    return (this.connection as RawConnection).__knex__disposed !== undefined
  }

  async release(): Promise<void> {
    if (this.#released) return
    this.#released = true
    await this.#giveBack()
  }
}

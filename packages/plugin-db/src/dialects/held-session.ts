import type { ConnectionSettings } from '../connection/connection-settings.js'
import { databaseFailure } from '../connection/failure.js'
import type { Binding } from '../values/encode.js'
import type { Dialect } from './dialect.js'
import type { Pooled } from './knex-pool.js'
import type { Answer, Field, RowCursor } from './session.js'

/** The common part of the sessions of all databases. */
export abstract class HeldSession<Connection extends object> {
  readonly settings: ConnectionSettings
  readonly connection: Pooled<Connection>
  readonly #giveBack: () => Promise<void>
  #released = false

  constructor(settings: ConnectionSettings, connection: Pooled<Connection>, giveBack: () => Promise<void>) {
    this.settings = settings
    this.connection = connection
    this.#giveBack = giveBack
  }

  abstract run(sql: string, bindings?: readonly Binding[]): Promise<Answer>
  abstract stream(sql: string, bindings: readonly Binding[]): Promise<RowCursor>

  get dialect(): Dialect {
    return this.settings.dialect
  }

  /** Runs a function with the connection. @throws only our own errors */
  async guarded<Result>(work: () => Result | Promise<Result>, about?: string): Promise<Result> {
    try {
      return await work()
    } catch (error) {
      const failure = databaseFailure(error, this.settings, about)
      if (failure.code === 'MAESTRO_DB_CONNECTION_LOST') this.spoil(error)
      throw failure
    }
  }

  async runAll(sql: string): Promise<void> {
    await this.run(sql)
  }

  async fieldsOf(sql: string, bindings: readonly Binding[]): Promise<readonly Field[]> {
    const stream = await this.stream(`SELECT * FROM (${sql}) AS page LIMIT 0`, bindings)
    await stream.next(1)
    await stream.close()
    return stream.fields
  }

  /** If read-only transactions are not enough, a session checks the query itself. */
  async assertHarmless(_sql: string): Promise<void> {}

  async prepareWriting(): Promise<void> {}

  async commit(): Promise<void> {
    await this.run('COMMIT')
  }

  async vectorType(): Promise<string | undefined> {
    return undefined
  }

  /** The connection must not be used again. */
  spoil(reason: unknown): void {
    const pooled: { __knex__disposed?: unknown } = this.connection
    pooled.__knex__disposed = reason
  }

  get spoiled(): boolean {
    return this.connection.__knex__disposed !== undefined
  }

  async release(): Promise<void> {
    if (this.#released) return
    this.#released = true
    await this.#giveBack()
  }
}

import type { Knex } from 'knex'
import type { ConnectionSettings } from '../connection/connection-settings.js'
import { knexClient } from './load-driver.js'
import type { DatabaseSession, SessionPool } from './session.js'

/** A connection of a driver, in knex's pool. */
export type Pooled<Connection extends object> = Connection & {
  /** Set, knex takes the connection out of the pool instead of handing it out again. */
  __knex__disposed?: unknown
}

/** How the connections of a database are made. */
export interface Connecting<Connection extends object> {
  /** Knex's name of the dialect. */
  readonly dialect: string
  readonly driver: unknown
  readonly connection: Knex.StaticConnectionConfig
  /** What every connection is told first: one time zone, strict values, how long to wait. */
  prepare(connection: Pooled<Connection>): Promise<void> | void
  createSession(connection: Pooled<Connection>, giveBack: () => Promise<void>): DatabaseSession
}

/** The pool of a knex client; knex's own types leave the connections out. */
interface PooledClient<Connection> {
  acquireConnection(): Promise<Connection>
  releaseConnection(connection: Connection): Promise<void>
}

/** Makes a pool by knex; nothing is connected yet. */
export async function openKnexPool<Connection extends object>(
  { timeouts, poolMax }: ConnectionSettings,
  { dialect, driver, connection, prepare, createSession }: Connecting<Connection>,
): Promise<SessionPool> {
  const { default: knex } = await import('knex')
  const builder = knex({
    client: knexClient(dialect, driver),
    connection,
    useNullAsDefault: true,
    acquireConnectionTimeout: timeouts.connect + timeouts.lock,
    pool: {
      min: 0,
      max: poolMax,
      afterCreate: (made: Pooled<Connection>, done: (error?: unknown) => void) => {
        Promise.resolve(made)
          .then(prepare)
          .then(() => done(), done)
      },
    },
    log: { warn: () => undefined, error: () => undefined, debug: () => undefined, deprecate: () => undefined },
  })
  const client = builder.client as PooledClient<Pooled<Connection>>
  return {
    acquire: async (released) => {
      const taken = await client.acquireConnection()
      return createSession(taken, async () => {
        await client.releaseConnection(taken)
        await released()
      })
    },
    close: () => builder.destroy(),
  }
}

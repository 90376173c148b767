import type { Knex } from 'knex'
import type { ConnectionSettings } from '../connection/connection-settings.js'
import { knexClient } from './load-driver.js'
import type { DatabaseSession, SessionPool } from './session.js'

/** A connection of a driver, in knex's pool. */
export type Pooled<Connection extends object> = Connection & {
  /** If it is set, knex removes the connection from the pool instead of reusing it. */
  __knex__disposed?: unknown
}

/** How the connections of a database are created. */
export interface Connecting<Connection extends object> {
  /** Knex's name of the dialect. */
  readonly dialect: string
  readonly driver: unknown
  readonly connection: Knex.StaticConnectionConfig
  /** The initial settings of every connection: one time zone, strict values, time-outs. */
  prepare(connection: Pooled<Connection>): Promise<void> | void
  createSession(connection: Pooled<Connection>, giveBack: () => Promise<void>): DatabaseSession
}

/** The pool of a knex client; knex's own types omit the connections. */
interface PooledClient<Connection> {
  acquireConnection(): Promise<Connection>
  releaseConnection(connection: Connection): Promise<void>
}

/** Creates a pool by knex; it connects nothing yet. */
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

import type { Knex } from 'knex'
import type { Client } from 'pg'
import type { ConnectionSettings } from '../../connection/connection-settings.js'
import { openKnexPool } from '../knex-pool.js'
import { loadDriver } from '../load-driver.js'
import type { SessionPool } from '../session.js'
import { postgres } from './dialect.js'
import { PostgresSession } from './session.js'

/** Creates a pool of connections to a server; it connects nothing yet. @throws MAESTRO_DB_DRIVER_MISSING */
export async function openPostgresPool(settings: ConnectionSettings): Promise<SessionPool> {
  const { lock, statement, connect } = settings.timeouts
  const connection = {
    ...settings.server,
    ssl: settings.server?.ssl ?? false,
    connectionTimeoutMillis: connect,
    application_name: 'maestro-dataflow',
    keepAlive: true,
  } as Knex.PgConnectionConfig
  return openKnexPool<Client>(settings, {
    dialect: 'postgres',
    driver: await loadDriver('postgres', postgres.drivers, async () => (await import('pg')).default),
    connection,
    prepare: async (client) => {
      // Without a listener, an idle connection that breaks would end the process.
      client.on('error', (error) => {
        client.__knex__disposed = error
      })
      await client.query(
        `SET lock_timeout = ${lock}; SET statement_timeout = ${statement ?? 0}; SET idle_in_transaction_session_timeout = 0;
         SET TimeZone = 'UTC'; SET DateStyle = 'ISO'; SET bytea_output = 'hex'; SET extra_float_digits = 1;
         SET standard_conforming_strings = on`,
      )
    },
    createSession: (client, giveBack) => new PostgresSession(settings, client, giveBack),
  })
}

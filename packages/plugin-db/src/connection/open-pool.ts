import type { Knex } from 'knex'
import type Database from 'libsql'
import type { Connection as MysqlConnection } from 'mysql2'
import type { Client as PostgresConnection } from 'pg'
import type { ConnectionSettings } from './connection-settings.js'
import { knexClient } from './drivers.js'

/** A connection as each driver gives it. */
export interface RawConnections {
  sqlite: InstanceType<typeof Database>
  postgres: PostgresConnection
  mysql: MysqlConnection
}

export type RawConnection = RawConnections[keyof RawConnections] & {
  /** Set, knex takes the connection out of the pool instead of handing it out again. */
  __knex__disposed?: unknown
}

/** The pool of a knex client; knex's own types leave the connections out. */
export interface Pool {
  acquire(): Promise<RawConnection>
  release(connection: RawConnection): Promise<void>
  close(): Promise<void>
}

interface PooledClient {
  acquireConnection(): Promise<RawConnection>
  releaseConnection(connection: RawConnection): Promise<void>
}

/** Makes a pool; nothing is connected yet. @throws MAESTRO_DB_DRIVER_MISSING */
export async function openPool(settings: ConnectionSettings): Promise<Pool> {
  const client = await knexClient(settings.client)
  const { default: knex } = await import('knex')
  const builder = knex({
    client,
    connection: connectionConfig(settings),
    useNullAsDefault: true,
    acquireConnectionTimeout: settings.timeouts.connect + settings.timeouts.lock,
    pool: {
      min: 0,
      max: settings.poolMax,
      afterCreate: (connection: RawConnection, done: (error?: unknown) => void) => {
        prepare(connection, settings).then(() => done(), done)
      },
    },
    log: { warn: () => undefined, error: () => undefined, debug: () => undefined, deprecate: () => undefined },
  })
  const pooled = builder.client as PooledClient
  return {
    acquire: () => pooled.acquireConnection(),
    release: (connection) => pooled.releaseConnection(connection),
    close: () => builder.destroy(),
  }
}

function connectionConfig({ server, path, timeouts }: ConnectionSettings): Knex.StaticConnectionConfig {
  if (server === undefined) return { filename: path ?? '' }
  const { client, ssl, host = 'localhost', ...access } = server
  if (client === 'postgres') {
    return {
      host,
      ...access,
      ssl: ssl ?? false,
      connectionTimeoutMillis: timeouts.connect,
      application_name: 'maestro-dataflow',
      keepAlive: true,
    } as Knex.PgConnectionConfig
  }
  return {
    host,
    ...access,
    ...(ssl === undefined || ssl === false ? {} : { ssl: ssl === true ? {} : ssl }),
    connectTimeout: timeouts.connect,
    charset: 'utf8mb4_bin',
    // Numbers beyond 2^53 and dates come as text, with all their digits.
    supportBigNumbers: true,
    bigNumberStrings: true,
    dateStrings: true,
    jsonStrings: true,
    // Inserts of many rows are long statements, and each number of rows makes one.
    maxPreparedStatements: 64,
  } as unknown as Knex.MySql2ConnectionConfig
}

const day = 24 * 60 * 60

/** What every connection is told first: one time zone, strict values, how long to wait. */
async function prepare(connection: RawConnection, { client, timeouts }: ConnectionSettings): Promise<void> {
  const { lock, statement } = timeouts
  if (client === 'sqlite') {
    ;(connection as RawConnections['sqlite']).exec('PRAGMA busy_timeout = 0; PRAGMA foreign_keys = ON')
    return
  }
  if (client === 'postgres') {
    const postgres = connection as RawConnections['postgres']
    // Without a listener a connection that breaks while nobody uses it would end the process.
    postgres.on('error', (error) => {
      connection.__knex__disposed = error
    })
    await postgres.query(
      `SET lock_timeout = ${lock}; SET statement_timeout = ${statement ?? 0}; SET idle_in_transaction_session_timeout = 0;
       SET TimeZone = 'UTC'; SET DateStyle = 'ISO'; SET bytea_output = 'hex'; SET extra_float_digits = 1;
       SET standard_conforming_strings = on`,
    )
    return
  }
  const seconds = Math.max(1, Math.ceil(lock / 1000))
  const waits = [
    `innodb_lock_wait_timeout = ${seconds}, lock_wait_timeout = ${seconds}`,
    // A reader that waits for slow steps after it, and a writer that waits for rows, are no fault.
    `wait_timeout = ${day}, net_write_timeout = ${day}, net_read_timeout = ${day}`,
  ]
  const mode = 'STRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,NO_ENGINE_SUBSTITUTION,NO_AUTO_VALUE_ON_ZERO'
  const mysql = (connection as RawConnections['mysql']).promise()
  await mysql.query(`SET time_zone = '+00:00', sql_mode = '${mode}', ${waits.join(', ')}`)
  if (statement === undefined) return
  const [version] = (await mysql.query('SELECT version()')) as unknown as [Record<string, string>[]]
  const isMariadb = Object.values(version[0] ?? {}).some((text) => text.includes('MariaDB'))
  await mysql.query(
    isMariadb ? `SET max_statement_time = ${statement / 1000}` : `SET max_execution_time = ${statement}`,
  )
}

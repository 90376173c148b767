import type { Knex } from 'knex'
import type { Connection } from 'mysql2'
import type { ConnectionSettings } from '../../connection/connection-settings.js'
import { openKnexPool } from '../knex-pool.js'
import { loadDriver } from '../load-driver.js'
import type { SessionPool } from '../session.js'
import { mysql } from './dialect.js'
import { MysqlSession } from './session.js'

const day = 24 * 60 * 60

/** Creates a pool of connections to a server; it connects nothing yet. @throws MAESTRO_DB_DRIVER_MISSING */
export async function openMysqlPool(settings: ConnectionSettings): Promise<SessionPool> {
  const driver = await loadDriver('mysql', mysql.drivers, () => import('mysql2'))
  const access = accessOf(settings)
  return openKnexPool<Connection>(settings, {
    dialect: 'mysql2',
    driver,
    connection: access,
    prepare: (connection) => prepare(connection, settings),
    createSession: (connection, giveBack) =>
      new MysqlSession(settings, connection, giveBack, async (thread) => {
        const other = driver.createConnection(access as Parameters<typeof driver.createConnection>[0]).promise()
        try {
          await other.query(`KILL ${thread}`)
        } finally {
          await other.end()
        }
      }),
  })
}

function accessOf({ server, timeouts }: ConnectionSettings): Knex.StaticConnectionConfig {
  const { ssl, ...access } = server ?? {}
  return {
    ...access,
    ...(ssl === undefined || ssl === false ? {} : { ssl: ssl === true ? {} : ssl }),
    connectTimeout: timeouts.connect,
    charset: 'utf8mb4_bin',
    // Numbers beyond 2^53 and dates arrive as text, with all their digits.
    supportBigNumbers: true,
    bigNumberStrings: true,
    dateStrings: true,
    jsonStrings: true,
    // An INSERT with many rows is a long statement, and each number of rows is another statement.
    maxPreparedStatements: 64,
  } as Knex.MySql2ConnectionConfig
}

async function prepare(connection: Connection, { timeouts }: ConnectionSettings): Promise<void> {
  const { lock, statement } = timeouts
  const seconds = Math.max(1, Math.ceil(lock / 1000))
  const waits = [
    `innodb_lock_wait_timeout = ${seconds}, lock_wait_timeout = ${seconds}`,
    // It is normal that a reader waits for slow steps after it, and that a writer waits for rows.
    `wait_timeout = ${day}, net_write_timeout = ${day}, net_read_timeout = ${day}`,
  ]
  const mode = 'STRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,NO_ENGINE_SUBSTITUTION,NO_AUTO_VALUE_ON_ZERO'
  const promised = connection.promise()
  await promised.query(`SET time_zone = '+00:00', sql_mode = '${mode}', ${waits.join(', ')}`)
  if (statement === undefined) return
  const [version] = (await promised.query('SELECT version()')) as unknown as [Record<string, string>[]]
  const isMariadb = Object.values(version[0] ?? {}).some((text) => text.includes('MariaDB'))
  await promised.query(
    isMariadb ? `SET max_statement_time = ${statement / 1000}` : `SET max_execution_time = ${statement}`,
  )
}

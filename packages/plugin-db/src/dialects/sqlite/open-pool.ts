import type { ConnectionSettings } from '../../connection/connection-settings.js'
import { openKnexPool } from '../knex-pool.js'
import { loadDriver } from '../load-driver.js'
import type { SessionPool } from '../session.js'
import { sqlite } from './dialect.js'
import type { Sqlite } from './driver.js'
import { SqliteSession } from './session.js'

/** Creates a pool of connections to a file; it opens nothing yet. @throws MAESTRO_DB_DRIVER_MISSING */
export async function openSqlitePool(settings: ConnectionSettings): Promise<SessionPool> {
  return openKnexPool<Sqlite>(settings, {
    dialect: 'better-sqlite3',
    driver: await loadDriver('sqlite', sqlite.drivers, async () => (await import('libsql')).default),
    connection: { filename: settings.path ?? '' },
    prepare: (connection) => {
      connection.exec('PRAGMA busy_timeout = 0; PRAGMA foreign_keys = ON')
    },
    createSession: (connection, giveBack) => new SqliteSession(settings, connection, giveBack),
  })
}

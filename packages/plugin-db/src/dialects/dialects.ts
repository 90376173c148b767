import type { ConnectionSettings } from '../connection/connection-settings.js'
import { dbError } from '../errors.js'
import type { Dialect } from './dialect.js'
import { mysql } from './mysql/dialect.js'
import { openMysqlPool } from './mysql/open-pool.js'
import { postgres } from './postgres/dialect.js'
import { openPostgresPool } from './postgres/open-pool.js'
import type { SessionPool } from './session.js'
import { sqlite } from './sqlite/dialect.js'
import { openSqlitePool } from './sqlite/open-pool.js'

interface Database {
  readonly dialect: Dialect
  openPool(settings: ConnectionSettings): Promise<SessionPool>
}

/** All dialects. A further database is one folder, and its lines in this file. */
const databases: readonly Database[] = [
  { dialect: sqlite, openPool: openSqlitePool },
  { dialect: postgres, openPool: openPostgresPool },
  { dialect: mysql, openPool: openMysqlPool },
]

/** The values of `client` for a connection to a file. */
export type FileClient = (typeof sqlite.clients)[number]

/** The values of `client` for a connection to a server. */
export type ServerClient = (typeof postgres.clients | typeof mysql.clients)[number]

export const dialects: readonly Dialect[] = databases.map(({ dialect }) => dialect)

/** The dialect that a name in `client` selects. @throws MAESTRO_DB_CLIENT_UNKNOWN */
export const dialectOf = (client: string): Dialect => databaseOf(client).dialect

/** Creates a pool; it connects nothing yet. @throws MAESTRO_DB_DRIVER_MISSING */
export function openPool(settings: ConnectionSettings): Promise<SessionPool> {
  return databaseOf(settings.dialect.clients[0]).openPool(settings)
}

function databaseOf(client: string | undefined): Database {
  const found = databases.find(({ dialect }) => dialect.clients.some((name) => name === client))
  if (found !== undefined) return found
  throw dbError('MAESTRO_DB_CLIENT_UNKNOWN', {
    client: client ?? '',
    known: dialects.flatMap(({ clients }) => clients),
  })
}

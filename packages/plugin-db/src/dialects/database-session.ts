import type { MysqlSession } from './mysql-session.js'
import type { PostgresSession } from './postgres-session.js'
import type { SqliteSession } from './sqlite-session.js'

/** A connection to a database, told apart by its `client`. */
export type DatabaseSession = SqliteSession | PostgresSession | MysqlSession

import type { DatabaseSession } from '../dialects/database-session.js'
import { MysqlInserter } from './mysql-inserter.js'
import { PostgresInserter } from './postgres-inserter.js'
import type { InsertTarget, RowInserter } from './row-inserter.js'
import { SqliteInserter } from './sqlite-inserter.js'

/** The way in which each database is written fastest. */
export function createInserter(session: DatabaseSession, target: InsertTarget): RowInserter {
  switch (session.client) {
    case 'sqlite':
      return new SqliteInserter(session, target)
    case 'postgres':
      return new PostgresInserter(session, target)
    case 'mysql':
      return new MysqlInserter(session, target)
  }
}

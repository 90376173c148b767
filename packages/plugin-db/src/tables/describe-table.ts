import { didYouMean, type MaestroError } from '@maestro-dataflow/core'
import type { DatabaseSession } from '../dialects/database-session.js'
import { dbError } from '../errors.js'
import { describeMysqlTable } from './describe-mysql-table.js'
import { describePostgresTable } from './describe-postgres-table.js'
import { describeSqliteTable } from './describe-sqlite-table.js'
import { shownTable, type TableName } from './names.js'
import type { TableDescription } from './table-description.js'

/** What the database says of a table or view; undefined when there is none. */
export async function describeTable(session: DatabaseSession, name: TableName): Promise<TableDescription | undefined> {
  switch (session.client) {
    case 'sqlite':
      return describeSqliteTable(session, name)
    case 'postgres':
      return describePostgresTable(session, name)
    case 'mysql':
      return describeMysqlTable(session, name)
  }
}

/** The error that there is no such table, with one of a like name where there is one. */
export async function tableMissing(session: DatabaseSession, name: TableName): Promise<MaestroError> {
  const sql = {
    sqlite: `SELECT name FROM sqlite_master WHERE type IN ('table', 'view')`,
    postgres: `SELECT relname AS name FROM pg_catalog.pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'f')
               AND relnamespace = coalesce(to_regnamespace(quote_ident($1)), current_schema()::regnamespace)`,
    mysql: `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = coalesce(?, database())`,
  }[session.client]
  const { rows } = await session.run(sql, session.client === 'sqlite' ? [] : [name.schema ?? null])
  const suggestion = didYouMean(
    name.table,
    rows.map((row) => String(row.name)),
  )
  return dbError('MAESTRO_DB_TABLE_MISSING', { table: shownTable(name), database: session.settings.shown, suggestion })
}

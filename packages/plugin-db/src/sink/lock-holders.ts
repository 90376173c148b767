import type { MaestroError } from '@maestro-dataflow/core'
import type { ConnectionSettings } from '../connection/connection-settings.js'
import { withSession } from '../connection/open-session.js'
import { dbError } from '../errors.js'
import { quoteTable, shownTable, type TableName } from '../tables/names.js'

/** A lock's error with those who hold one on the table, where the database tells: SQLite does not. */
export async function explainLock(
  error: MaestroError,
  settings: ConnectionSettings,
  name: TableName,
): Promise<MaestroError> {
  const holders = await findHolders(settings, name).catch(() => [])
  const { database, milliseconds, reason } = error.details as { database: string; milliseconds: number; reason: string }
  return dbError('MAESTRO_DB_LOCKED', { database, milliseconds, reason, table: shownTable(name), holders })
}

async function findHolders(settings: ConnectionSettings, name: TableName): Promise<readonly string[]> {
  if (settings.client === 'sqlite') return []
  return withSession(settings, async (session) => {
    const { rows } =
      session.client === 'postgres'
        ? await session.run(
            `SELECT DISTINCT 'process ' || a.pid || ' of ' || coalesce(a.usename, '?') || ' (' || coalesce(nullif(a.application_name, ''), 'no name') || ')' AS holder
             FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
             WHERE l.granted AND l.relation = to_regclass($1) AND l.mode <> 'AccessShareLock'
               AND a.pid <> pg_backend_pid() AND a.application_name <> 'maestro-dataflow'`,
            [quoteTable('postgres', name)],
          )
        : await session.run(
            `SELECT concat('process ', t.trx_mysql_thread_id, ' of ', p.user, '@', p.host) AS holder
             FROM information_schema.innodb_trx t JOIN information_schema.processlist p ON p.id = t.trx_mysql_thread_id
             WHERE t.trx_state = 'RUNNING' AND (t.trx_rows_locked > 0 OR t.trx_tables_locked > 0)
               AND t.trx_mysql_thread_id <> connection_id()`,
          )
    return rows.map(({ holder }) => String(holder))
  })
}

import type { MaestroError } from '@maestro-dataflow/core'
import type { ConnectionSettings } from '../connection/connection-settings.js'
import { withSession } from '../connection/open-session.js'
import { dbError } from '../errors.js'
import { shownTable, type TableName } from '../tables/names.js'

/** A lock's error with those who hold one on the table, where the database says it. */
export async function explainLock(
  error: MaestroError,
  settings: ConnectionSettings,
  name: TableName,
): Promise<MaestroError> {
  const holders = await withSession(settings, (session) => session.lockHolders(name)).catch(() => [])
  const { database, milliseconds, reason } = error.details as { database: string; milliseconds: number; reason: string }
  return dbError('MAESTRO_DB_LOCKED', { database, milliseconds, reason, table: shownTable(name), holders })
}

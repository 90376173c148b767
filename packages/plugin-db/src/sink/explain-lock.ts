import type { MaestroError } from '@maestro-dataflow/core'
import type { ConnectionSettings } from '../connection/connection-settings.js'
import { withSession } from '../connection/open-session.js'
import { dbError } from '../errors.js'
import { shownTable, type TableName } from '../tables/names.js'

/** Adds the holders of a lock on the table to a lock error, if the database reports them. */
export async function explainLock(
  error: MaestroError,
  settings: ConnectionSettings,
  name: TableName,
): Promise<MaestroError> {
  const holders = await withSession(settings, (session) => session.lockHolders(name)).catch(() => [])
  const { database, milliseconds, reason } = error.details as { database: string; milliseconds: number; reason: string }
  return dbError('MAESTRO_DB_LOCKED', { database, milliseconds, reason, table: shownTable(name), holders })
}

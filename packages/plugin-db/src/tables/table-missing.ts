import { didYouMean, type MaestroError } from '@maestro-dataflow/core'
import type { DatabaseSession } from '../dialects/session.js'
import { dbError } from '../errors.js'
import { shownTable, type TableName } from './names.js'

/** The error for a missing table, with a similar name if there is one. */
export async function tableMissing(session: DatabaseSession, name: TableName): Promise<MaestroError> {
  const suggestion = didYouMean(name.table, await session.tableNames(name.schema))
  return dbError('MAESTRO_DB_TABLE_MISSING', { table: shownTable(name), database: session.settings.shown, suggestion })
}

import type { Client } from '../connection/connection-settings.js'
import { quoteName, quoteNames } from '../tables/names.js'

/** What an INSERT says of rows whose key is there: their other columns are changed. Nothing when rows are only added. */
export function onConflict(client: Client, columns: readonly string[], key: readonly string[] | undefined): string {
  if (key === undefined) return ''
  const changed = columns.filter((column) => !key.includes(column)).map((column) => quoteName(client, column))
  if (client === 'mysql') {
    // Without a column to change, one of the key is set to what it is.
    const set = changed.length === 0 ? key.slice(0, 1).map((column) => quoteName(client, column)) : changed
    return ` ON DUPLICATE KEY UPDATE ${set.map((name) => `${name} = VALUES(${name})`).join(', ')}`
  }
  const action =
    changed.length === 0 ? 'NOTHING' : `UPDATE SET ${changed.map((name) => `${name} = EXCLUDED.${name}`).join(', ')}`
  return ` ON CONFLICT (${quoteNames(client, key)}) DO ${action}`
}

import { sqlite } from './dialect.js'
import type { Sqlite } from './driver.js'

interface Orphan {
  readonly table: string
  readonly rowid: number | null
  readonly parent: string
  readonly fkid: number
}

const mostNamed = 3

/**
 * For foreign keys that are checked at the end of a transaction, SQLite reports only that one failed. @returns the
 * failure with the rows that lack their parent
 */
export function explainOrphans(connection: Sqlite, error: unknown): unknown {
  if (!(error instanceof Error) || !error.message.includes('FOREIGN KEY constraint failed')) return error
  const orphans = connection
    .prepare('SELECT "table", rowid, parent, fkid FROM pragma_foreign_key_check')
    .all() as Orphan[]
  if (orphans.length === 0) return error
  const named = orphans.slice(0, mostNamed).map((orphan) => described(connection, orphan))
  const more = orphans.length > mostNamed ? ` and ${orphans.length - mostNamed} more` : ''
  error.message = `${error.message}: ${named.join('; ')}${more}`
  return error
}

function described(connection: Sqlite, { table, rowid, parent, fkid }: Orphan): string {
  const columns = connection
    .prepare('SELECT "from" AS name FROM pragma_foreign_key_list(?) WHERE id = ? ORDER BY seq')
    .all([table, fkid]) as { name: string }[]
  const names = columns.map(({ name }) => name)
  // A table WITHOUT ROWID has no number for its rows.
  if (rowid === null) return `a row of "${table}" has no parent in "${parent}" by (${names.join(', ')})`
  const list = names.map((name) => sqlite.quoteName(name)).join(', ')
  const values = connection
    .prepare(`SELECT ${list} FROM ${sqlite.quoteName(table)} WHERE rowid = ?`)
    .raw(true)
    .get([rowid]) as unknown[] | undefined
  return `key (${names.join(', ')}) = (${(values ?? []).map(String).join(', ')}) of row ${rowid} of "${table}" is not in "${parent}"`
}

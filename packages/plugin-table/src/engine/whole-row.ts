import type { TableFile } from '@maestro-dataflow/core'
import type { Database } from './connect.js'
import { lineColumn } from './lines.js'

/** More columns than this are compared as whole rows. */
const mostColumns = 64

/** The names of all columns in lines; none when there are so many that whole rows are better compared at once. */
export async function wholeRowColumns(
  { connection }: Database,
  relation: string,
  format: TableFile['format'],
): Promise<readonly string[]> {
  const keys = format === 'step' ? `json_keys(${lineColumn}, '/row')` : `json_keys(${lineColumn})`
  const names = `SELECT DISTINCT unnest(names) FROM (SELECT DISTINCT ${keys} AS names FROM ${relation})`
  const found = await connection.runAndReadAll(`${names} LIMIT ${mostColumns + 1}`)
  const columns = found.getRows().map(([name]) => String(name))
  // A literal of SQL ends at a character NUL.
  return columns.length > mostColumns || columns.some((name) => name.includes('\0')) ? [] : columns
}

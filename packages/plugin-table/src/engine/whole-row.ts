import type { TableFile } from '@maestro-dataflow/core'
import type { Database } from './connect.js'
import { lineKeys } from './line-keys.js'

/** If there are more columns than this, whole rows are compared. */
const mostColumns = 64

/**
 * The names of all columns in lines. It is empty if there are so many that comparing whole rows at once is better.
 *
 * @param isTyped Whether the type of a column decides which of its values are equal, as that of decimals does.
 */
export async function wholeRowColumns(
  { connection }: Database,
  relation: string,
  format: TableFile['format'],
  isTyped: boolean,
): Promise<readonly string[]> {
  const names = `SELECT DISTINCT unnest(names) FROM (SELECT DISTINCT ${lineKeys(format)} AS names FROM ${relation})`
  const found = await connection.runAndReadAll(`${names}${isTyped ? '' : ` LIMIT ${mostColumns + 1}`}`)
  const columns = found.getRows().map(([name]) => String(name))
  // An SQL literal ends at a NUL character.
  return (columns.length > mostColumns && !isTyped) || columns.some((name) => name.includes('\0')) ? [] : columns
}

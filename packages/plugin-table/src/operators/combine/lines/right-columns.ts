import type { TableFile } from '@maestro-dataflow/core'
import { type Database, RowsUnfit } from '../../../engine/connect.js'
import { lineKeys } from '../../../engine/line-keys.js'
import { lineColumn, readLines } from '../../../engine/lines.js'

/** Rows with more different lists of columns are read one by one. */
const mostShapes = 1000

/**
 * The columns that the rows of files have, in the order in which they first appear.
 *
 * @throws RowsUnfit if JavaScript would give them another order, or there are too many
 */
export async function columnsOfLines({ connection }: Database, files: readonly TableFile[]): Promise<Set<string>> {
  const columns = new Set<string>()
  for (const file of files) {
    const shapes = `SELECT ${lineKeys(file.format)} AS names, min(place) AS place FROM (SELECT *, row_number() OVER () AS place FROM ${readLines(file)}) WHERE ${lineColumn} IS NOT NULL GROUP BY 1 ORDER BY 2 LIMIT ${mostShapes + 1}`
    const found = await connection.runAndReadAll(`SELECT CAST(to_json(names) AS VARCHAR) FROM (${shapes})`)
    const texts = found.getRows().map(([text]) => String(text))
    if (texts.length > mostShapes) throw new RowsUnfit()
    for (const text of texts) for (const name of JSON.parse(text) as string[]) columns.add(name)
  }
  // Objects have columns with whole numbers as names first.
  if ([...columns].some((name) => /^\d+$/.test(name))) throw new RowsUnfit()
  return columns
}

import { type Row, RowSource, sourceOption } from '@maestro-dataflow/core'
import { z } from 'zod'

/** The rows of a second table: in code, or of another source. */
export type SideTable = readonly Row[] | RowSource

/** The same as an option; a source has taken the place of its name when this is looked at. */
export const sideTableOption = z.union(
  [z.array(z.record(z.string(), z.unknown())), sourceOption()],
  "rows are expected, or another source: { use: 'fs.file', path: 'data/companies.csv' }",
)

export async function readSide(side: SideTable, signal: AbortSignal): Promise<readonly Row[]> {
  return side instanceof RowSource ? side.rows(signal) : side
}

/** The columns of a table; undefined for a source that does not say them beforehand. */
export function columnsOfSide(side: SideTable): readonly string[] | undefined {
  if (!(side instanceof RowSource)) return columnsOfRows(side)
  return side.columns.open ? undefined : Object.keys(side.columns.columns)
}

export const columnsOfRows = (rows: readonly Row[]) => [...new Set(rows.flatMap((row) => Object.keys(row)))]

/** What is wrong with a column's name, where the columns of the source are known. */
export function unknownColumn(option: string, source: RowSource, column: string): string | undefined {
  const known = columnsOfSide(source)
  if (known === undefined || known.includes(column)) return undefined
  return `\`${option}\` has no column "${column}"; known: ${known.join(', ')}`
}

import { type Row, RowSource, sourceOption } from '@maestro-dataflow/core'
import { z } from 'zod'

/** The rows of a second table: rows in code, or those of another source. */
export type SideTable = readonly Row[] | RowSource

/** The same as an option. When the operator reads it, the source itself has replaced its name. */
export const sideTableOption = z.union(
  [z.array(z.record(z.string(), z.unknown())), sourceOption()],
  "rows are expected, or another source: { use: 'fs.file', path: 'data/companies.csv' }",
)

export async function readSide(side: SideTable, signal: AbortSignal): Promise<readonly Row[]> {
  return side instanceof RowSource ? side.rows(signal) : side
}

/** The columns of a table; undefined for a source that does not declare them. */
export function columnsOfSide(side: SideTable): readonly string[] | undefined {
  if (!(side instanceof RowSource)) return columnsOfRows(side)
  return side.columns.open ? undefined : Object.keys(side.columns.columns)
}

export const columnsOfRows = (rows: readonly Row[]) => [...new Set(rows.flatMap((row) => Object.keys(row)))]

/** The problem with a column's name; undefined if the columns of the source are unknown or include the name. */
export function unknownColumn(option: string, source: RowSource, column: string): string | undefined {
  const known = columnsOfSide(source)
  if (known === undefined || known.includes(column)) return undefined
  return `\`${option}\` has no column "${column}"; known: ${known.join(', ')}`
}

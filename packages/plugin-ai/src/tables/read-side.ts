import { type Row, RowSource } from '@maestro-dataflow/core'
import { z } from 'zod'

/** The rows of a second table: in code, or of another source. */
export type SideTable = readonly Row[] | RowSource

/** The same as an option; a source has taken the place of its name when this is looked at. */
export const sideTableOption = z.union(
  [z.array(z.record(z.string(), z.unknown())), z.instanceof(RowSource)],
  "rows are expected, or another source: { use: 'fs.file', path: 'data/companies.csv' }",
)

export async function readSide(side: SideTable, signal: AbortSignal): Promise<readonly Row[]> {
  return side instanceof RowSource ? side.rows(signal) : side
}

/** The columns of rows; undefined for a source that does not say them beforehand. */
export function columnsOfSide(side: SideTable): readonly string[] | undefined {
  if (!(side instanceof RowSource)) return [...new Set(side.flatMap((row) => Object.keys(row)))]
  return side.columns.open ? undefined : Object.keys(side.columns.columns)
}

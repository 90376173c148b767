import {
  type ColumnSet,
  columnNames,
  type Row,
  RowSource,
  rowFromEntries,
  type SourceBatch,
  type SourceRow,
  sourceOption,
} from '@maestro-dataflow/core'
import { z } from 'zod'

/** The rows of another table: rows in code, or those of another source. */
export type OtherTable = readonly Row[] | RowSource

/** The same as an option. When the operator reads it, the source itself has replaced its name. */
export const otherTableOption = z.union(
  [z.array(z.custom<Row>(isRow)), sourceOption()],
  "rows are expected, or another source: { use: 'fs.file', path: 'data/companies.csv' }",
)

/** The rows are taken as they are: a copy would lose the order of their columns. */
function isRow(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const batchRows = 1024

/** The rows with the ids that their source gives them. Rows in code have their position as id. */
export async function* batchesOf(table: OtherTable, signal: AbortSignal): AsyncIterable<SourceBatch> {
  if (table instanceof RowSource) {
    yield* table.batches(signal)
    return
  }
  for (let start = 0; start < table.length; start += batchRows) {
    signal.throwIfAborted()
    const rows = table.slice(start, start + batchRows)
    yield { ids: rows.map((_, index) => `rows:${start + index + 1}`), rows: rows.map((row) => ({ ...row })) }
  }
}

/** The columns of the other table, as far as they are known before it is read. */
export function columnsOf(table: OtherTable): ColumnSet {
  if (table instanceof RowSource) return table.columns
  const names = new Set(table.flatMap(columnNames))
  return { columns: rowFromEntries([...names].map((name) => [name, 'unknown'] as const)), open: false }
}

/** What is wrong with the name of a column of the other table; undefined if the column may be there. */
export function missingColumn(table: OtherTable, column: string): string | undefined {
  const { columns, open } = columnsOf(table)
  if (open || Object.hasOwn(columns, column)) return undefined
  return `the other table has no column "${column}"; it has ${Object.keys(columns).join(', ')}`
}

/** The row of the other table, as a type. */
export type OtherRow<Options> = Options extends { readonly right: readonly (infer Right)[] }
  ? Right
  : Options extends { readonly right: infer Given }
    ? SourceRow<Given>
    : never

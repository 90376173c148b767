import {
  type Columns,
  type ColumnType,
  columnNames,
  columnTypeOf,
  type Row,
  rowFromEntries,
} from '@maestro-dataflow/core'

/** The columns of rows, with types inferred from their values. A column without a value in any of them is unknown. */
export function inferColumns(rows: readonly Row[], known: Columns): Columns {
  const types = new Map(columnNames(known).map((name) => [name, known[name] ?? 'unknown']))
  for (const row of rows) {
    for (const name of columnNames(row)) {
      const value = row[name]
      if (value === undefined || (Object.hasOwn(known, name) && known[name] !== 'unknown')) continue
      const before = types.get(name) ?? 'unknown'
      types.set(name, value === null ? before : together(before, columnTypeOf(value) ?? 'json'))
    }
  }
  return rowFromEntries([...types])
}

/** Only the chosen columns, in their order; one of which nothing is known is unknown. */
export function chosenColumns(columns: Columns, only: readonly string[] | undefined): Columns {
  if (only === undefined) return columns
  return rowFromEntries(
    only.map((name) => [name, (Object.hasOwn(columns, name) && columns[name]) || 'unknown'] as const),
  )
}

function together(before: ColumnType, type: ColumnType): ColumnType {
  if (before === 'unknown' || before === type) return type
  // Lists of numbers may be vectors of another step, and JSON holds everything that JSON can express.
  return 'json'
}

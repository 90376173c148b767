import { columnNames, type Row, rowFromEntries } from '@maestro-dataflow/core'

/** The row with some cells in place of those of the same name; new ones follow. */
export function withCells(row: Row, cells: readonly (readonly [string, unknown])[]): Row {
  const kept = columnNames(row).map((name) => cells.find(([other]) => other === name) ?? ([name, row[name]] as const))
  return rowFromEntries([...kept, ...cells.filter(([name]) => !Object.hasOwn(row, name))])
}

/** The row without some columns, followed by other cells. */
export function withoutCells(
  row: Row,
  dropped: readonly string[],
  added: readonly (readonly [string, unknown])[] = [],
): Row {
  const kept = columnNames(row).filter((name) => !dropped.includes(name))
  return rowFromEntries([...kept.map((name) => [name, row[name]] as const), ...added])
}

/** The row with other cells in the place of one. */
export function withCellsAt(row: Row, column: string, cells: readonly (readonly [string, unknown])[]): Row {
  return rowFromEntries(columnNames(row).flatMap((name) => (name === column ? cells : [[name, row[name]] as const])))
}

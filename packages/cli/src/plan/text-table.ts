import { cutText, padText, textWidth } from '../terminal/text-width.js'

/** Rows of cells. */
export type TextTable = readonly (readonly string[])[]

/** The cells of a table, aligned in lines. The last cell of a row is cut to the width. */
export function textTable(table: TextTable, width: number): readonly string[] {
  // A table may have more rows than a call has parameters.
  const widths: number[] = []
  for (const row of table)
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, textWidth(cell))
  return table.map((row) =>
    cutText(
      row.map((cell, column) => (column < row.length - 1 ? padText(cell, widths[column] ?? 0) : cell)).join('  '),
      width,
    ),
  )
}

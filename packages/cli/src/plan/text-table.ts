import { cutText, padText, textWidth } from '../terminal/text-width.js'

/** Rows of cells. */
export type TextTable = readonly (readonly string[])[]

/** The cells of a table, aligned in lines. The last cell of a row is cut to the width. */
export function textTable(table: TextTable, width: number): readonly string[] {
  const columns = Math.max(0, ...table.map((row) => row.length))
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...table.map((row) => textWidth(row[column] ?? ''))),
  )
  return table.map((row) =>
    cutText(
      row.map((cell, column) => (column < row.length - 1 ? padText(cell, widths[column] ?? 0) : cell)).join('  '),
      width,
    ),
  )
}

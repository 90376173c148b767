/** The cells of a record. Its quotes have been checked. */
export function cellsOf(record: string, quoted: boolean, delimiter: string): string[] {
  const text = record.endsWith('\r') ? record.slice(0, -1) : record
  if (!quoted) return text.split(delimiter)
  const cells: string[] = []
  for (let at = 0; ; ) {
    let end: number
    if (text[at] === '"') {
      end = at + 1
      for (end = text.indexOf('"', end); text[end + 1] === '"'; end = text.indexOf('"', end + 2));
      cells.push(text.slice(at + 1, end).replaceAll('""', '"'))
      end++
    } else {
      const next = text.indexOf(delimiter, at)
      end = next === -1 ? text.length : next
      cells.push(text.slice(at, end))
    }
    if (end >= text.length) return cells
    at = end + delimiter.length
  }
}

/** The text of a cell. It is quoted if it would otherwise be read as something else. */
export function quoteCell(cell: string, delimiter: string): string {
  return cell.includes(delimiter) || /["\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
}

import { maestroError, type RowId } from '@maestro-dataflow/core'
import { quoteCell } from './delimited-cells.js'
import { fsError } from './errors.js'
import { valueToJson } from './json-value.js'
import type { RowEncoder } from './row-encoder.js'

/**
 * A header and a record per row. Null and missing are both an empty cell: this format cannot tell them apart. Lists,
 * vectors and objects are JSON, bytes base64, dates ISO text.
 */
export function delimitedEncoder(
  path: string,
  given: readonly string[] | undefined,
  only: boolean,
  delimiter: string,
): RowEncoder {
  let columns = given
  let begun = false
  const line = (cells: readonly string[]) => {
    // A record of one empty cell would be an empty line, which readers pass over.
    if (cells.length === 1 && cells[0] === '') return '""\n'
    return `${cells.map((cell) => quoteCell(cell, delimiter)).join(delimiter)}\n`
  }
  const header = () => {
    if (begun || columns === undefined) return ''
    begun = true
    return line(columns)
  }
  return {
    encode({ rows, ids }) {
      if (rows.length === 0) return ''
      const names = columns ?? Object.keys(rows[0] ?? {})
      const known = new Set(names)
      const lines = rows.map((row, index) => {
        const late = only ? undefined : Object.keys(row).find((column) => !known.has(column))
        if (late !== undefined)
          throw fsError('MAESTRO_FS_COLUMN_LATE', { path, column: late }).at({ rowId: ids[index] })
        return line(names.map((column) => cellText(row[column], column, ids[index] ?? '')))
      })
      columns = names
      return header() + lines.join('')
    },
    end: header,
  }
}

function cellText(value: unknown, column: string, rowId: RowId): string {
  if (value === null || value === undefined) return ''
  switch (typeof value) {
    case 'string':
      return value
    case 'number':
    case 'boolean':
    case 'bigint':
      return String(value)
    case 'object':
      break
    default:
      throw maestroError('MAESTRO_ROW_UNENCODABLE', { column, type: typeof value }).at({ rowId })
  }
  const json = valueToJson(value, column, rowId)
  // Dates and bytes are text in JSON; a cell needs no quotes around it.
  const text: unknown = json.startsWith('"') ? JSON.parse(json) : json
  return String(text)
}

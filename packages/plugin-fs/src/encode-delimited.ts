import { type Batch, columnNames, maestroError, type Row, type RowId } from '@maestro-dataflow/core'
import { byteOrderMark, withOwnMark } from './byte-order-mark.js'
import { quoteCell } from './delimited-cells.js'
import { fsError } from './errors.js'
import { halfCharacter } from './half-character.js'
import { digitsOf, faultIn, valueToJson } from './json-value.js'
import { rewriteTable } from './rewrite-table.js'
import type { EncoderState, RowEncoder } from './row-encoder.js'

/** The layout of cells in a file. */
export interface CellLayout {
  readonly delimiter: string
  /** The columns whose cells hold JSON. @default none */
  readonly json?: ReadonlySet<string> | undefined
  /** @default 'keep' */
  readonly formulas?: 'keep' | 'escape' | undefined
  /** @default false */
  readonly excel?: boolean | undefined
}

/** The number of rows from which the header is made, if the columns are not known beforehand. */
const rowsLookedAt = 1000
/** The maximum number of characters of these rows. */
const lengthLookedAt = 1 << 22
/** The maximum number of columns. No spreadsheet holds more, and each row has a cell for each of them. */
const mostColumns = 16_384

/**
 * A header and one record per row. Null and a missing value are both an empty cell, because the format cannot
 * distinguish them. Lists, vectors, and objects are written as JSON, bytes as base64, and dates as ISO text. In a column
 * of type `json`, texts are JSON, too.
 *
 * @param given The columns of the header, if they are known. Otherwise they are those of all rows: the file is made anew
 * at its end if columns came after the first thousand rows.
 * @param only Whether rows are reduced to these columns. Otherwise a row with another column is refused.
 */
export function delimitedEncoder(
  path: string,
  given: readonly string[] | undefined,
  only: boolean,
  { delimiter, json, formulas = 'keep', excel = false }: CellLayout,
  from: EncoderState = {},
): RowEncoder {
  const lineEnd = excel ? '\r\n' : '\n'
  const cellOf = (value: unknown, column: string, id: RowId) => {
    const text = cellText(value, column, id, json?.has(column))
    return formulas === 'escape' && typeof value === 'string' ? escapeFormula(text) : text
  }
  let header: readonly string[] | undefined = from.header
  /** The number of columns in the header that is written. */
  let written = from.written ?? header?.length ?? 0
  /** The header of another file, to which rows are appended, stays as it is. */
  const canGrow = given === undefined && from.begun !== true
  let waiting: ReadonlyMap<string, string>[] = []
  let length = 0
  const names = new Set<string>(header)
  const line = (cells: readonly string[]) => {
    // A record of one empty cell would be an empty line, which readers skip.
    if (cells.length === 1 && cells[0] === '') return `""${lineEnd}`
    return `${cells.map((cell) => quoteCell(cell, delimiter)).join(delimiter)}${lineEnd}`
  }
  const titlesOf = (columns: readonly string[]) => (formulas === 'escape' ? columns.map(escapeFormula) : columns)
  const startOf = (columns: readonly string[]) => {
    const start = line(titlesOf(columns))
    return excel ? byteOrderMark + start : withOwnMark(start)
  }
  const begin = (columns: readonly string[]) => {
    header = columns
    written = columns.length
    for (const name of columns) names.add(name)
    const text = startOf(columns) + waiting.map((cells) => line(columns.map((name) => cells.get(name) ?? ''))).join('')
    waiting = []
    return text
  }
  const lineOf = (row: Row, columns: readonly string[], id: RowId) =>
    line(columns.map((column) => cellOf(Object.hasOwn(row, column) ? row[column] : undefined, column, id)))
  /** The columns of rows that the header lacks. */
  const lateColumns = ({ rows, ids }: Batch) => {
    const late = new Set<string>()
    if (only) return late
    for (const [index, row] of rows.entries())
      for (const column of Object.keys(row)) {
        if (names.has(column) || late.has(column)) continue
        const rowId = ids[index] ?? ''
        if (!canGrow || names.size + late.size >= mostColumns)
          throw fsError('MAESTRO_FS_COLUMN_LATE', { path, column }).at({ rowId })
        if (!column.isWellFormed()) throw halfCharacter(column).at({ rowId })
        late.add(column)
      }
    return late
  }
  return {
    encode(batch) {
      const { rows, ids } = batch
      if (rows.length === 0) return ''
      if (header === undefined && given === undefined) {
        // All cells are made before any is kept: if one row of a batch is refused, nothing of the batch is written.
        const cells = rows.map((row, index) => cellsOf(row, ids[index] ?? '', cellOf))
        waiting.push(...cells)
        for (const row of cells) {
          for (const [name, cell] of row) {
            names.add(name)
            length += cell.length
          }
        }
        return waiting.length < rowsLookedAt && length < lengthLookedAt ? '' : begin([...names])
      }
      for (const name of given ?? []) names.add(name)
      const late = lateColumns(batch)
      const columns = [...(header ?? given ?? []), ...late]
      const lines = rows.map((row, index) => lineOf(row, columns, ids[index] ?? '')).join('')
      if (header === undefined) return begin(columns) + lines
      header = columns
      for (const name of late) names.add(name)
      return lines
    },
    end() {
      if (header !== undefined) return ''
      if (given !== undefined) return begin(given)
      return waiting.length === 0 ? '' : begin([...names])
    },
    state() {
      if (header === undefined) return waiting.length === 0 ? {} : undefined
      return { header, written, ...(from.begun === true ? { begun: true } : {}) }
    },
    finish(compression) {
      const columns = header
      if (columns === undefined || columns.length === written) return undefined
      const titles = titlesOf(columns)
      const encoder = delimitedEncoder(path, titles, true, { delimiter, excel })
      const start = Buffer.byteLength(startOf(columns.slice(0, written)))
      return (file, output) => rewriteTable(file, output, { path, compression, start, titles, delimiter, encoder })
    },
  }
}

function cellsOf(
  row: Row,
  id: RowId,
  cellOf: (value: unknown, column: string, id: RowId) => string,
): ReadonlyMap<string, string> {
  return new Map(
    columnNames(row).map((column) => {
      if (!column.isWellFormed()) throw halfCharacter(column).at({ rowId: id })
      return [column, cellOf(row[column], column, id)] as const
    }),
  )
}

/** Writes an apostrophe before text that a spreadsheet would compute. Text that is a number is harmless. */
function escapeFormula(text: string): string {
  return /^[=+\-@\t\r\n＝＋－＠]/.test(text) && !/^[+-]?[\d.,]+$/.test(text) ? `'${text}` : text
}

/** What a value is that a cell cannot hold; undefined if it can. */
export function cellFault(value: unknown): string | undefined {
  return faultIn(() => cellText(value, '', ''))
}

function cellText(value: unknown, column: string, rowId: RowId, isJson = false): string {
  if (value === null || value === undefined) return ''
  if (isJson) return valueToJson(value, column, rowId)
  switch (typeof value) {
    case 'string':
      if (!value.isWellFormed()) throw halfCharacter(column).at({ rowId })
      return value
    case 'number':
      return Object.is(value, -0) ? '-0' : digitsOf(value)
    case 'boolean':
    case 'bigint':
      return String(value)
    case 'object':
      break
    default:
      throw maestroError('MAESTRO_ROW_UNENCODABLE', { column, type: typeof value }).at({ rowId })
  }
  const json = valueToJson(value, column, rowId)
  // Dates and bytes are text in JSON; a cell does not need the quotes.
  const text: unknown = json.startsWith('"') ? JSON.parse(json) : json
  // An empty cell would be read as null.
  if (text === '') throw maestroError('MAESTRO_ROW_UNENCODABLE', { column, type: 'value without bytes' }).at({ rowId })
  return String(text)
}

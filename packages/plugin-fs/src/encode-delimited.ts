import { columnNames, maestroError, type Row, type RowId } from '@maestro-dataflow/core'
import { byteOrderMark, withOwnMark } from './byte-order-mark.js'
import { quoteCell } from './delimited-cells.js'
import { fsError } from './errors.js'
import { halfCharacter } from './half-character.js'
import { digitsOf, faultIn, valueToJson } from './json-value.js'
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

/**
 * A header and one record per row. Null and a missing value are both an empty cell, because the format cannot
 * distinguish them. Lists, vectors, and objects are written as JSON, bytes as base64, and dates as ISO text. In a column
 * of type `json`, texts are JSON, too.
 *
 * @param given The columns of the header, if they are known. Otherwise they are those of the first thousand rows.
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
  let waiting: ReadonlyMap<string, string>[] = []
  let length = 0
  const names = new Set<string>(header)
  const line = (cells: readonly string[]) => {
    // A record of one empty cell would be an empty line, which readers skip.
    if (cells.length === 1 && cells[0] === '') return `""${lineEnd}`
    return `${cells.map((cell) => quoteCell(cell, delimiter)).join(delimiter)}${lineEnd}`
  }
  const begin = (columns: readonly string[]) => {
    header = columns
    for (const name of columns) names.add(name)
    const titles = formulas === 'escape' ? columns.map(escapeFormula) : columns
    const start = excel ? byteOrderMark + line(titles) : withOwnMark(line(titles))
    const text = start + waiting.map((cells) => line(columns.map((name) => cells.get(name) ?? ''))).join('')
    waiting = []
    return text
  }
  const lineOf = (row: Row, columns: readonly string[], id: RowId) => {
    const late = only ? undefined : Object.keys(row).find((column) => !names.has(column))
    if (late !== undefined) throw fsError('MAESTRO_FS_COLUMN_LATE', { path, column: late }).at({ rowId: id })
    return line(columns.map((column) => cellOf(Object.hasOwn(row, column) ? row[column] : undefined, column, id)))
  }
  return {
    encode({ rows, ids }) {
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
      const columns = header ?? given ?? []
      const lines = rows.map((row, index) => lineOf(row, columns, ids[index] ?? '')).join('')
      return (header === undefined ? begin(columns) : '') + lines
    },
    end() {
      if (header !== undefined) return ''
      if (given !== undefined) return begin(given)
      return waiting.length === 0 ? '' : begin([...names])
    },
    state() {
      if (header !== undefined) return { header }
      return waiting.length === 0 ? {} : undefined
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

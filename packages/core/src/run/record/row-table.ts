import { createWriteStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { PlannedStep } from '../../contracts/plan.js'
import type { ColumnType, Row, RowId } from '../../contracts/row.js'
import { describeValue } from '../../errors/describe-value.js'
import { reasonOf } from '../../errors/reason-of.js'
import { cellValue, spreadsheetCell, spreadsheetText, typeOfValue } from './table-cells.js'

/** The column of a table that holds the ids of its rows. */
const idColumn = '_row_id'

/** A row with its id. */
export interface IdentifiedRow {
  readonly id: RowId
  readonly row: Row
}

/** The character between the cells of a file; undefined if it is no table of text. */
export const separatorOf = (path: string): string | undefined =>
  ({ '.csv': ',', '.tsv': '\t' })[extname(path).toLowerCase()]

/**
 * Writes rows as a table of text. Their first column holds their ids.
 *
 * @param read Begins to read the rows. They are read twice: only the rows tell all their columns.
 * @param refuse Makes the error for rows that a table cannot hold.
 */
export async function writeTable(
  path: string,
  separator: string,
  { columnsOut }: PlannedStep,
  read: () => AsyncIterable<IdentifiedRow>,
  refuse: (reason: string) => Error,
): Promise<void> {
  const columns = new Set(Object.keys(columnsOut.columns))
  for await (const { row } of read()) for (const name of Object.keys(row)) columns.add(name)
  if (columns.has(idColumn)) throw refuse(`the rows have a column ${idColumn} of their own: use a JSONL file`)
  const line = (cells: readonly string[]) => `${cells.map((cell) => quoted(cell, separator)).join(separator)}\n`
  async function* lines() {
    yield line([idColumn, ...columns].map(spreadsheetCell))
    for await (const { id, row } of read())
      yield line([id, ...[...columns].map((name) => ownValue(row, name))].map(spreadsheetCell))
  }
  await pipeline(Readable.from(lines()), createWriteStream(path))
}

/**
 * The rows of an edited table. A cell whose text is that of the row before keeps its value exactly, and so does a column
 * that is not in the table; an edited cell is read by the type of its column.
 *
 * @param before The rows before the edit.
 * @param refuse Makes the error for a record of the table, counted from 1.
 */
export async function* readTable(
  path: string,
  separator: string,
  step: PlannedStep,
  before: ReadonlyMap<RowId, Row>,
  refuse: (record: number, reason: string) => Error,
): AsyncGenerator<IdentifiedRow> {
  const { columns, open } = step.columnsOut
  const records = recordsOf(await textOf(path, refuse), separator, refuse)
  const header = (records.next().value ?? []).map(spreadsheetText)
  const doubled = header.find((name, index) => header.indexOf(name) !== index)
  if (doubled !== undefined) throw refuse(1, `the column "${doubled}" comes twice`)
  if (!header.includes(idColumn))
    throw refuse(
      1,
      `it has no column ${idColumn}, and its cells have to be separated by ${separator === ',' ? 'commas' : 'tabs'}`,
    )
  const unknown = header.find((name) => name !== idColumn && !Object.hasOwn(columns, name))
  if (unknown !== undefined && !open) throw refuse(1, `${step.id} makes no column "${unknown}"`)
  const found = typesFound(before)
  let number = 1
  for (const cells of records) {
    number++
    if (cells.length !== header.length)
      throw refuse(number, `it has ${cells.length} cells, and the header has ${header.length}`)
    const id = spreadsheetText(cells[header.indexOf(idColumn)] as string)
    if (id === '') throw refuse(number, `its cell in ${idColumn} is empty: give a new row an id of its own`)
    const known = before.get(id)
    const row: Record<string, unknown> = { ...known }
    for (const [index, name] of header.entries()) {
      const text = cells[index] as string
      if (name === idColumn || text === spreadsheetCell(ownValue(known, name))) continue
      const declared = Object.hasOwn(columns, name) ? columns[name] : undefined
      const type =
        declared !== undefined && declared !== 'unknown'
          ? declared
          : (typeOfValue(ownValue(known, name)) ?? found.get(name) ?? 'string')
      if (type === 'mixed')
        throw refuse(number, `the values of the column "${name}" are of several types: edit it in a JSONL file`)
      const read = cellValue(spreadsheetText(text), type)
      if (read === undefined)
        throw refuse(number, `the column "${name}" holds ${describeValue(text)}, and its type is ${type}`)
      Object.defineProperty(row, name, { value: read.value, enumerable: true, writable: true, configurable: true })
    }
    yield { id, row }
  }
}

/** The value of a column, which may have the name of a property that all objects have. */
const ownValue = (row: Row | undefined, name: string): unknown =>
  row !== undefined && Object.hasOwn(row, name) ? row[name] : undefined

/** The type of the values of each column. */
function typesFound(rows: ReadonlyMap<RowId, Row>): ReadonlyMap<string, ColumnType | 'mixed'> {
  const found = new Map<string, ColumnType | 'mixed'>()
  for (const row of rows.values())
    for (const [name, value] of Object.entries(row)) {
      const type = typeOfValue(value)
      if (type !== undefined)
        found.set(name, [undefined, type].includes(found.get(name) as ColumnType) ? type : 'mixed')
    }
  return found
}

async function textOf(path: string, refuse: (record: number, reason: string) => Error): Promise<string> {
  try {
    // A byte order mark is left out.
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path))
  } catch (error) {
    if (error instanceof TypeError) throw refuse(1, 'the file is not text in UTF-8')
    throw refuse(1, reasonOf(error))
  }
}

/** The records of a table of text, by RFC 4180. Empty lines are left out. */
function* recordsOf(
  text: string,
  separator: string,
  refuse: (record: number, reason: string) => Error,
): Generator<readonly string[], undefined> {
  const cell = new RegExp(
    `("[^"]*(?:""[^"]*)*"|[^"\\r\\n${separator}][^\\r\\n${separator}]*)?(${separator}|\\r\\n|\\n|\\r|$)`,
    'y',
  )
  let cells: string[] = []
  let record = 1
  while (cell.lastIndex < text.length || cells.length > 0) {
    const [whole, content = '', end] = cell.exec(text) ?? []
    if (whole === undefined)
      throw refuse(record, 'its quotation marks do not fit: a cell with one begins and ends with one')
    cells.push(content.startsWith('"') ? content.slice(1, -1).replaceAll('""', '"') : content)
    if (end === separator) continue
    if (cells.length > 1 || content !== '') {
      yield cells
      record++
    }
    cells = []
    if (end === '') return
  }
}

const quoted = (cell: string, separator: string): string =>
  cell.includes(separator) || /["\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell

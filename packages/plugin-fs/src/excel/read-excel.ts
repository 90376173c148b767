import { type ColumnSet, rowFromEntries, type SourceBatch } from '@maestro-dataflow/core'
import { fsError } from '../errors.js'
import type { FoundFile } from '../found-file.js'
import { readError } from '../read-error.js'
import { RecordBatch } from '../record-batch.js'
import { lettersOf } from './cell-text.js'
import { CellFault, type MergedRange, mergedRanges, type SheetRow, sheetRows } from './sheet-rows.js'
import { openWorkbook, type Sheet, type Workbook } from './workbook.js'

/** How a workbook is read. */
export interface ExcelLayout {
  /** The name or the number from 1 of a sheet, or `*` for all. @default the first sheet that is not hidden */
  readonly sheet: string | number | undefined
  /** The number from 1 of the row with the names of the columns. @default the first row with a cell */
  readonly headerRow: number | undefined
  /** The names of the columns, if no row holds them. */
  readonly header: readonly string[] | undefined
  readonly mergedCells: 'first' | 'fill' | undefined
  readonly cellErrors: 'reject' | 'null' | undefined
  readonly asked: ReadonlySet<string> | undefined
}

type File = Pick<FoundFile, 'file' | 'name'>

/** Reads the rows of a workbook as they arrive. A row with a cell that holds an error is rejected. */
export async function* readExcel({ file, name }: File, layout: ExcelLayout): AsyncGenerator<SourceBatch> {
  const workbook = await openWorkbook(file)
  const sheets = chosenSheets(workbook, name, layout.sheet)
  for (const sheet of sheets) {
    const place = layout.sheet === '*' ? `${name}:${sheet.name}!` : `${name}:`
    const merged = layout.mergedCells === 'fill' ? new MergedValues(await mergedRanges(workbook, sheet)) : undefined
    let columns: readonly Column[] | undefined
    for await (const rows of sheetRows(workbook, sheet)) {
      const batch = new RecordBatch()
      for (const row of rows) {
        const { number } = row
        // What a range fills beside the columns that have names would belong to none.
        const width = columns && (columns.at(-1)?.index ?? -1) + 1
        const cells = merged === undefined ? row.cells : merged.fill(row, width)
        if (columns === undefined) {
          if (layout.header !== undefined) columns = layout.header.map((title, index) => ({ title, index }))
          else if (number < (layout.headerRow ?? 0)) continue
          else {
            columns = headerOf(cells, name)
            continue
          }
        }
        addRow(batch, `${place}${number}`, cells, columns, layout)
      }
      yield batch.take()
    }
  }
}

interface Column {
  readonly title: string
  readonly index: number
}

function addRow(
  batch: RecordBatch,
  id: string,
  cells: readonly unknown[],
  columns: readonly Column[],
  layout: ExcelLayout,
) {
  const { asked, cellErrors } = layout
  const entries: [string, unknown][] = []
  for (const { title, index } of columns) {
    if (asked?.has(title) === false) continue
    const value = cells[index]
    if (value instanceof CellFault && cellErrors !== 'null') {
      const shown = Object.fromEntries(columns.map((column) => [column.title, shownCell(cells[column.index])]))
      batch.reject(id, shown, value.reason)
      return
    }
    entries.push([title, value instanceof CellFault ? null : (value ?? null)])
  }
  const extra = cells.findIndex(
    (value, index) => value !== undefined && !columns.some((column) => column.index === index),
  )
  if (extra < 0) batch.add(id, rowFromEntries(entries))
  else {
    const reason = `column ${lettersOf(extra)} has a value and no name in the header; \`headerRow\` tells which row is the header`
    batch.reject(id, rowFromEntries(entries), reason)
  }
}

const shownCell = (value: unknown) => (value instanceof CellFault ? value.reason : (value ?? null))

/** @throws MAESTRO_FS_HEADER when two columns have one name */
function headerOf(cells: readonly unknown[], path: string): readonly Column[] {
  const columns = Array.from(cells, (cell, index) => ({ title: titleOf(cell), index })).filter(
    ({ title }) => title !== '',
  )
  const names = columns.map(({ title }) => title)
  const twice = names.find((title, index) => names.indexOf(title) !== index)
  if (twice !== undefined) throw fsError('MAESTRO_FS_HEADER', { path, reason: `it names the column "${twice}" twice` })
  return columns
}

function titleOf(cell: unknown): string {
  if (cell === undefined || cell instanceof CellFault) return ''
  return cell instanceof Date ? cell.toISOString() : String(cell)
}

/** @throws MAESTRO_FS_SHEET_UNKNOWN */
function chosenSheets({ sheets }: Workbook, path: string, wanted: string | number | undefined): readonly Sheet[] {
  if (wanted === '*') return sheets
  const found =
    wanted === undefined
      ? (sheets.find(({ isHidden }) => !isHidden) ?? sheets[0])
      : typeof wanted === 'number'
        ? sheets[wanted - 1]
        : sheets.find(({ name }) => name === wanted)
  if (found !== undefined) return [found]
  throw fsError('MAESTRO_FS_SHEET_UNKNOWN', {
    path,
    sheet: String(wanted ?? 1),
    sheets: sheets.map(({ name }) => name),
  })
}

/** Gives all cells of a merged range the value of its first cell. */
class MergedValues {
  /** The ranges in the order of their first rows, and the first one that begins below the row before. */
  readonly #ranges: readonly MergedRange[]
  #next = 0
  /** The ranges that may reach the row. */
  #open: readonly MergedRange[] = []
  #row = 0
  readonly #values = new Map<MergedRange, unknown>()

  constructor(ranges: readonly MergedRange[]) {
    this.#ranges = [...ranges].sort((one, other) => one.rows[0] - other.rows[0])
  }

  /** @param width The columns that may be filled. @default all */
  fill({ number, cells }: SheetRow, width = Number.POSITIVE_INFINITY): readonly unknown[] {
    const filled = [...cells]
    for (const range of this.#reaching(number)) {
      const { rows, columns } = range
      if (number === rows[0]) this.#values.set(range, cells[columns[0]])
      const last = Math.min(columns[1], width - 1)
      for (let column = columns[0]; column <= last; column++) filled[column] = this.#values.get(range)
    }
    return filled
  }

  #reaching(number: number): readonly MergedRange[] {
    // Some programs write rows out of order.
    if (number < this.#row) [this.#next, this.#open] = [0, []]
    this.#row = number
    const begun: MergedRange[] = []
    for (let range = this.#ranges[this.#next]; range !== undefined && range.rows[0] <= number; ) {
      begun.push(range)
      range = this.#ranges[++this.#next]
    }
    if (begun.length > 0 || this.#open.some(({ rows }) => rows[1] < number))
      this.#open = [...this.#open, ...begun].filter(({ rows }) => rows[1] >= number)
    return this.#open
  }
}

/** The columns of workbooks, from their headers. Their types are those of their cells. */
export async function excelColumns(files: readonly FoundFile[], layout: ExcelLayout): Promise<ColumnSet> {
  const names = new Set<string>()
  for (const file of files) {
    const found =
      layout.header ??
      (await namesIn(file, layout).catch((error: unknown) => {
        throw readError(error, file)
      }))
    const missing = [...(layout.asked ?? [])].filter((one) => !found.includes(one))
    if (missing.length > 0 && found.length > 0)
      throw fsError('MAESTRO_FS_COLUMN_MISSING', { path: file.name, missing, header: found })
    for (const name of found) if (layout.asked?.has(name) !== false) names.add(name)
  }
  const columns = rowFromEntries(Array.from(names, (name) => [name, 'unknown'] as const))
  return { columns: columns, open: false }
}

async function namesIn({ file, name }: File, { sheet, headerRow = 0 }: ExcelLayout): Promise<readonly string[]> {
  const workbook = await openWorkbook(file)
  const names = new Set<string>()
  for (const one of chosenSheets(workbook, name, sheet)) {
    const header = await firstRow(workbook, one, headerRow)
    if (header !== undefined) for (const { title } of headerOf(header.cells, name)) names.add(title)
  }
  return [...names]
}

async function firstRow(workbook: Workbook, sheet: Sheet, headerRow: number): Promise<SheetRow | undefined> {
  for await (const rows of sheetRows(workbook, sheet)) {
    const found = rows.find(({ number }) => number >= headerRow)
    if (found !== undefined) return found
  }
  return undefined
}

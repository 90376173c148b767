import { dateOfSerial, timeOfSerial } from './cell-dates.js'
import { columnOf, decodeText, lettersOf } from './cell-text.js'
import { RichText, type Sheet, type Workbook } from './workbook.js'
import { type XmlEvent, xmlEvents } from './xml-events.js'

/** A cell that holds no value: the result of a formula that failed, or a date that does not exist. */
export class CellFault {
  readonly reason: string
  constructor(reason: string) {
    this.reason = reason
  }
}

/** A row of cells. */
export interface SheetRow {
  /** From 1, as in the program. */
  readonly number: number
  /** The values by column, from 0. Empty cells are undefined. */
  readonly cells: readonly unknown[]
}

/** The rows of a sheet that have values, or at least a text of their own that is empty, as they arrive. */
export async function* sheetRows(workbook: Workbook, sheet: Sheet): AsyncGenerator<readonly SheetRow[]> {
  const reader = new CellReader(workbook)
  for await (const events of xmlEvents(workbook.archive.stream(sheet.part))) {
    const rows: SheetRow[] = []
    for (const event of events) {
      const row = reader.see(event)
      if (row !== undefined) rows.push(row)
    }
    if (rows.length > 0) yield rows
  }
}

/** Forms of numbers that a program knows and a sheet does not. */
const notDecimal = /^\s*[+-]?0[xob]/i

/** The last column that a sheet can have. */
const mostColumns = 16_384

class CellReader {
  readonly #workbook: Workbook
  readonly #rich = new RichText()
  #number = 0
  #cells: unknown[] = []
  /** Whether the row has a text that is not shared, although it may be empty. */
  #hasText = false
  #column = -1
  #type = 'n'
  #style = 0
  #value = ''
  #isValue = false
  #isFormula = false

  constructor(workbook: Workbook) {
    this.#workbook = workbook
  }

  /** @returns the row that the event ends */
  see(event: XmlEvent): SheetRow | undefined {
    if (this.#type === 'inlineStr') this.#rich.see(event)
    if (event.kind === 'text') {
      if (this.#isValue) this.#value += event.text
      return undefined
    }
    const isOpen = event.kind === 'open'
    if (event.name === 'f') this.#isFormula = true
    else if (event.name === 'v') this.#isValue = isOpen && !event.isEmpty
    else if (event.name === 'c') {
      if (isOpen) this.#begin(event.attributes)
      if (!isOpen || event.isEmpty) this.#end()
    } else if (event.name === 'row') {
      if (isOpen) {
        this.#number = Number(event.attributes.r ?? this.#number + 1)
        this.#cells = []
        this.#hasText = false
        this.#column = -1
      }
      if (!isOpen && (this.#hasText || this.#cells.some((cell) => cell !== undefined)))
        return { number: this.#number, cells: this.#cells }
    }
    return undefined
  }

  #begin({ r: address, t: type = 'n', s: style = '0' }: Readonly<Record<string, string>>): void {
    this.#column = address === undefined ? this.#column + 1 : columnOf(address)
    this.#type = type
    this.#style = Number(style)
    this.#value = ''
    this.#isFormula = false
  }

  #end(): void {
    if (this.#column >= 0 && this.#column < mostColumns) this.#cells[this.#column] = this.#read()
    this.#type = 'n'
  }

  #read(): unknown {
    const { sharedTexts, formats, dates } = this.#workbook
    const text = this.#value
    if (this.#isFormula && text === '' && this.#type !== 'str')
      return this.#fault(
        'has a formula whose result is not stored; open and save the workbook in a spreadsheet program',
      )
    switch (this.#type) {
      case 'inlineStr':
        this.#hasText = true
        return this.#rich.take() || undefined
      case 's':
        if (text !== '' && sharedTexts[Number(text)] === undefined)
          return this.#fault('refers to a text that the workbook does not hold')
        return sharedTexts[Number(text)] || undefined
      case 'str':
        return decodeText(text) || undefined
      case 'b':
        if (!['', '0', '1', 'false', 'true'].includes(text)) return this.#fault('is neither true nor false')
        return text === '' ? undefined : text === '1' || text === 'true'
      case 'e':
        return this.#fault(`is ${text}`)
      case 'd':
        return this.#date(text)
    }
    if (text === '') return undefined
    const number = Number(text)
    if (!Number.isFinite(number) || notDecimal.test(text)) return this.#fault('is not a number')
    const format = formats[this.#style] ?? 'number'
    if (format === 'number') return number
    if (format === 'time') return timeOfSerial(number)
    return dateOfSerial(number, dates) ?? this.#fault(`is the day ${number}, which does not exist`)
  }

  /** A cell that holds a date, or a time of day, as text. */
  #date(text: string): unknown {
    if (text === '') return undefined
    const [, time] = /^T?(\d\d:\d\d(?::\d\d(?:\.\d+)?)?)$/.exec(text) ?? []
    if (time !== undefined) return time
    const date = new Date(/Z|[+-]\d\d:\d\d$/.test(text) || !text.includes('T') ? text : `${text}Z`)
    return Number.isNaN(date.getTime()) ? this.#fault(`is ${text}, which is no date`) : date
  }

  #fault(reason: string): CellFault {
    return new CellFault(`the cell ${lettersOf(this.#column)}${this.#number} ${reason}`)
  }
}

/** A range of merged cells: its corners, from 0. */
export interface MergedRange {
  readonly rows: readonly [first: number, last: number]
  readonly columns: readonly [first: number, last: number]
}

/** The merged cells of a sheet. They follow its cells in the file, so that it is read to its end. */
export async function mergedRanges(workbook: Workbook, sheet: Sheet): Promise<readonly MergedRange[]> {
  const ranges: MergedRange[] = []
  for await (const events of xmlEvents(workbook.archive.stream(sheet.part))) {
    for (const event of events) {
      if (event.kind !== 'open' || event.name !== 'mergeCell') continue
      ranges.push(rangeOf(event.attributes.ref ?? ''))
    }
  }
  return ranges
}

/** A range such as `A1:B2`. `A:B` are whole columns, and `1:2` are whole rows. */
function rangeOf(reference: string): MergedRange {
  const corners = reference.replaceAll('$', '').split(':')
  const rows = corners.map((corner) => corner.replace(/\D/g, '')).filter((digits) => digits !== '')
  const columns = corners.map(columnOf).filter((column) => column >= 0)
  const ends = (numbers: readonly number[], first: number, last: number) =>
    numbers.length === 0 ? ([first, last] as const) : ([Math.min(...numbers), Math.max(...numbers)] as const)
  return { rows: ends(rows.map(Number), 1, Number.POSITIVE_INFINITY), columns: ends(columns, 0, mostColumns - 1) }
}

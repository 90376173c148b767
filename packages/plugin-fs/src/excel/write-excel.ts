import { type Columns, columnNames, type Row } from '@maestro-dataflow/core'
import { fsError } from '../errors.js'
import { jsonFault, valueToJson } from '../json-value.js'
import { readSpool } from '../spooled/read-spool.js'
import { jsonColumns } from '../typed-columns.js'
import { serialOf } from './cell-dates.js'
import { encodeText, lettersOf } from './cell-text.js'
import { isSheetName, type SheetPart, sheetsOf } from './sheets-of-rows.js'
import { ZipWriter } from './zip-writer.js'

export interface ExcelOutput {
  readonly columns: Columns
  /** The only columns to write, in their order. @default those of the plan, and then those that rows have */
  readonly names: readonly string[] | undefined
  /** @default 'Rows' */
  readonly sheet: string | undefined
  /** The column whose value names the sheet of a row. A row without a value goes to `sheet`. */
  readonly sheetBy?: string | undefined
}

/** What a sheet holds at most. */
const [mostColumns, mostCharacters] = [16_384, 32_767]
const batchRows = 1024
const [narrowest, widest] = [8, 60]

const xml = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const packages = 'http://schemas.openxmlformats.org/package/2006'

/** The styles of cells: dates, dates with a time, and the names of columns. */
const [dayStyle, timeStyle, headerStyle] = [1, 2, 3]

/** What a value is that a cell cannot hold; undefined if it can. */
export function excelFault(value: unknown, name?: string, sheetBy?: string): string | undefined {
  if (sheetBy !== undefined && name === sheetBy && !isSheetName(value)) return 'value that cannot name a sheet'
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
  if (value === null || value === undefined) return undefined
  if (name === '') return 'value in a column whose name is empty, which a sheet cannot have'
  // Lists and objects are cells of JSON.
  if (typeof value !== 'string') return jsonFault(value)
  return value.length > mostCharacters
    ? `text of ${value.length} characters; a cell holds ${mostCharacters}`
    : undefined
}

/** Writes the rows that were held back as a workbook. Rows that exceed one sheet go on in another one. */
export async function writeExcel(
  spool: string,
  path: string,
  { columns, names, sheet = 'Rows', sheetBy }: ExcelOutput,
): Promise<void> {
  const layout = { ...(await lookAtRows(spool, names ?? columnNames(columns))), json: jsonColumns(columns) }
  if (layout.names.length > mostColumns) throw tooLarge(`${layout.names.length} columns`)
  const longest = Math.max(0, ...layout.names.map((name) => name.length))
  if (longest > mostCharacters) throw tooLarge(`a column whose name has ${longest} characters`)
  const zip = await ZipWriter.create(path)
  try {
    const sheets = await sheetsOf(spool, sheet, sheetBy)
    for (const [part, text] of fixedParts(sheets.map(({ name }) => name))) await zip.add(part, [text])
    for (const [index, one] of sheets.entries())
      await zip.add(`xl/worksheets/sheet${index + 1}.xml`, sheetXml(spool, layout, one))
    await zip.finish()
  } finally {
    await zip.close()
  }
}

interface Layout {
  /** The columns whose texts are JSON. */
  readonly json: ReadonlySet<string>
  readonly names: readonly string[]
  readonly widths: readonly number[]
}

/** The columns of all rows, and how wide those of the first rows are. */
async function lookAtRows(spool: string, given: readonly string[]): Promise<Omit<Layout, 'json'>> {
  const widths = new Map(given.map((name) => [name, name.length]))
  let rows = 0
  for await (const some of readSpool(spool, batchRows)) {
    for (const row of some)
      for (const name of columnNames(row)) {
        const known = widths.get(name) ?? name.length
        widths.set(name, rows < batchRows ? Math.max(known, widthOf(row[name])) : known)
      }
    rows += some.length
  }
  const bounded = (width: number) => Math.min(widest, Math.max(narrowest, width + 2))
  return { names: [...widths.keys()], widths: [...widths.values()].map(bounded) }
}

/** The width of a value in characters; those of East Asian scripts are twice as wide. */
function widthOf(value: unknown): number {
  if (value instanceof Date) return 19
  if (typeof value === 'string') return value.length + (value.match(/[\u1100-\uffdc]/g)?.length ?? 0)
  return typeof value === 'number' || typeof value === 'bigint' ? String(value).length : 10
}

async function* sheetXml(
  spool: string,
  { names, widths, json }: Layout,
  { has, range: [first, end] }: SheetPart,
): AsyncGenerator<string> {
  const columns = widths.map(
    (width, index) => `<col min="${index + 1}" max="${index + 1}" width="${width}" customWidth="1"/>`,
  )
  const frozen = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
  const header = names.map((name, index) => textCell(lettersOf(index), 1, name, headerStyle)).join('')
  yield `${xml}<worksheet xmlns="${main}"><sheetViews><sheetView workbookViewId="0">${frozen}</sheetView></sheetViews>`
  yield `${columns.length === 0 ? '' : `<cols>${columns.join('')}</cols>`}<sheetData><row r="1">${header}</row>`
  const letters = names.map((_, index) => lettersOf(index))
  let position = 0
  for await (const rows of readSpool(spool, batchRows)) {
    let text = ''
    for (const row of rows) {
      if (!has(row)) continue
      if (position >= first && position < end) text += rowXml(row, names, json, letters, position - first + 2)
      position++
    }
    yield text
    if (position >= end) break
  }
  yield '</sheetData></worksheet>'
}

function rowXml(
  row: Row,
  names: readonly string[],
  json: ReadonlySet<string>,
  letters: readonly string[],
  number: number,
): string {
  let cells = ''
  for (const [index, name] of names.entries()) {
    if (!Object.hasOwn(row, name)) continue
    const value = row[name]
    const cell = typeof value === 'string' && json.has(name) ? JSON.stringify(value) : value
    cells += cellXml(cell, letters[index] ?? '', number, name)
  }
  // Readers skip a row without cells. With a cell of no text, it is a row without values.
  return `<row r="${number}">${cells === '' && names.length > 0 ? textCell(letters[0] ?? '', number, '') : cells}</row>`
}

function cellXml(value: unknown, letters: string, row: number, name: string): string {
  switch (typeof value) {
    case 'undefined':
      return ''
    case 'number':
      return `<c r="${letters}${row}"><v>${Object.is(value, -0) ? '-0' : value}</v></c>`
    case 'boolean':
      return `<c r="${letters}${row}" t="b"><v>${value ? 1 : 0}</v></c>`
    case 'bigint':
      // A cell holds 15 digits of a number.
      return Number.isSafeInteger(Number(value))
        ? `<c r="${letters}${row}"><v>${value}</v></c>`
        : textCell(letters, row, String(value))
    case 'string':
      return textCell(letters, row, value)
  }
  if (value === null) return ''
  if (!(value instanceof Date)) return textCell(letters, row, plainText(value, name))
  const serial = serialOf(value)
  if (serial === undefined) return textCell(letters, row, value.toISOString())
  return `<c r="${letters}${row}" s="${Number.isInteger(serial) ? dayStyle : timeStyle}"><v>${serial}</v></c>`
}

/** Bytes are base64; lists and objects are JSON. */
function plainText(value: unknown, name: string): string {
  const json = valueToJson(value, name, '')
  const text = value instanceof Uint8Array ? (JSON.parse(json) as string) : json
  if (text.length <= mostCharacters) return text
  throw tooLarge(`${text.length} characters in the column "${name}"`)
}

function textCell(letters: string, row: number, text: string, style?: number): string {
  const space = text.trim() === text ? '' : ' xml:space="preserve"'
  return `<c r="${letters}${row}" t="inlineStr"${style === undefined ? '' : ` s="${style}"`}><is><t${space}>${encodeText(text)}</t></is></c>`
}

function* fixedParts(sheets: readonly string[]): Generator<readonly [part: string, text: string]> {
  const type = (part: string, kind: string) =>
    `<Override PartName="/${part}" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.${kind}+xml"/>`
  const overrides = [
    type('xl/workbook.xml', 'sheet.main'),
    type('xl/styles.xml', 'styles'),
    ...sheets.map((_, index) => type(`xl/worksheets/sheet${index + 1}.xml`, 'worksheet')),
  ]
  yield [
    '[Content_Types].xml',
    `${xml}<Types xmlns="${packages}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>${overrides.join('')}</Types>`,
  ]
  const relation = (id: number, kind: string, target: string) =>
    `<Relationship Id="rId${id}" Type="${office}/${kind}" Target="${target}"/>`
  const relations = (list: readonly string[]) =>
    `${xml}<Relationships xmlns="${packages}/relationships">${list.join('')}</Relationships>`
  yield ['_rels/.rels', relations([relation(1, 'officeDocument', 'xl/workbook.xml')])]
  yield [
    'xl/_rels/workbook.xml.rels',
    relations([
      ...sheets.map((_, index) => relation(index + 1, 'worksheet', `worksheets/sheet${index + 1}.xml`)),
      relation(sheets.length + 1, 'styles', 'styles.xml'),
    ]),
  ]
  const list = sheets.map(
    (name, index) => `<sheet name="${encodeText(name)}" sheetId="${index + 1}" r:id="rId${index + 1}"/>`,
  )
  yield [
    'xl/workbook.xml',
    `${xml}<workbook xmlns="${main}" xmlns:r="${office}"><sheets>${list.join('')}</sheets></workbook>`,
  ]
  yield ['xl/styles.xml', styles]
}

const styles = `${xml}<styleSheet xmlns="${main}"><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/><numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss.000"/></numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`

const tooLarge = (what: string) => fsError('MAESTRO_FS_EXCEL_SIZE', { what })

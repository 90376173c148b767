import { isUtf8 } from 'node:buffer'
import { needsColumnOrder, type Row, type SourceBatch, withColumnOrder } from '@maestro-dataflow/core'
import { cellsOf } from './delimited-cells.js'
import { type DelimitedRecord, DelimitedRecords } from './delimited-records.js'
import { fsError } from './errors.js'
import { type FilePlace, fileStart } from './file-place.js'
import { maxRecordBytes } from './line-stretches.js'
import { RecordBatch, shownBytes, wrongText } from './record-batch.js'

/** The layout of a file of cells. */
export interface DelimitedLayout {
  readonly delimiter: string
  /** Whether the user told the delimiter. If not, a first line such as `sep=;` decides. @default false */
  readonly isTold?: boolean | undefined
  /** The names of the columns, if the file does not begin with them. */
  readonly header?: readonly string[] | undefined
  /** The columns to read. @default all */
  readonly asked?: ReadonlySet<string> | undefined
  /** The treatment of records with fewer cells than the header. @default 'warn' */
  readonly shortRecords?: 'warn' | 'fill' | 'reject' | undefined
}

/**
 * Reads CSV or TSV as rows of text: "00123", "NA", and "1e5" stay unchanged. Cells that are missing at the end of a
 * record are missing columns, unless the layout says otherwise. A record that has too many cells, broken quotes, or
 * invalid text is rejected with its line number, and reading continues with the next line. Empty lines are skipped.
 *
 * @param from Where the bytes begin in the file. Behind its start, the layout has the header.
 * @param warn Receives, at the end, the number of short records and the position of the first one.
 * @throws MAESTRO_FS_HEADER
 */
export async function* readDelimited(
  bytes: AsyncIterable<Buffer>,
  name: string,
  layout: DelimitedLayout,
  warn: (count: number, first: string) => void = () => undefined,
  from: FilePlace = fileStart,
): AsyncGenerator<SourceBatch> {
  const { header, asked, shortRecords = 'warn' } = layout
  let toRow = header === undefined ? undefined : rowMaker(checkHeader(header, name), asked)
  let short = 0
  let firstShort = ''
  for await (const { bytes: stretch, records, end, delimiter } of recordStretches(bytes, layout, from)) {
    const batch = new RecordBatch()
    const valid = isUtf8(stretch)
    for (const record of records) {
      const content = stretch.subarray(record.start, record.end)
      const id = `${name}:${record.line}`
      const fault = record.fault ?? (valid || isUtf8(content) ? undefined : wrongText)
      if (toRow === undefined) {
        const names = headerOf(content, record, fault, delimiter, name)
        if (names !== undefined) toRow = rowMaker(names, asked)
      } else if (fault !== undefined) {
        batch.reject(id, shownBytes(content), fault)
      } else {
        const cells = cellsOf(content.toString('utf8'), record.quoted, delimiter)
        if (cells.length === 1 && cells[0] === '' && !record.quoted) continue
        const isShort = cells.length < toRow.columns
        if (isShort && short++ === 0) firstShort = id
        if (cells.length > toRow.columns || (isShort && shortRecords === 'reject'))
          batch.reject(id, cells.slice(0, 50), `the record has ${cells.length} cells and the header ${toRow.columns}`)
        else batch.add(id, toRow.make(isShort && shortRecords === 'fill' ? filled(cells, toRow.columns) : cells))
      }
    }
    batch.grow(stretch.length)
    yield { ...batch.take(), cursor: { ...end } }
  }
  if (short > 0 && shortRecords === 'warn') warn(short, firstShort)
}

function filled(cells: readonly string[], length: number): readonly (string | null)[] {
  return [...cells, ...Array.from({ length: length - cells.length }, () => null)]
}

/** Returns the column names of a file without reading more than its first record. @throws MAESTRO_FS_HEADER */
export async function readHeader(
  bytes: AsyncIterable<Buffer>,
  name: string,
  layout: DelimitedLayout,
): Promise<readonly string[]> {
  if (layout.header !== undefined) return checkHeader(layout.header, name)
  return (await readLayout(bytes, name, layout)).header ?? []
}

/** Returns the layout that the beginning of a file tells: its column names and its delimiter. @throws MAESTRO_FS_HEADER */
export async function readLayout(
  bytes: AsyncIterable<Buffer>,
  name: string,
  layout: DelimitedLayout,
): Promise<DelimitedLayout> {
  let found = layout
  for await (const { bytes: stretch, records, delimiter } of recordStretches(bytes, layout)) {
    found = { ...layout, delimiter }
    if (layout.header !== undefined) return { ...found, header: checkHeader(layout.header, name) }
    for (const record of records) {
      const content = stretch.subarray(record.start, record.end)
      const fault = record.fault ?? (isUtf8(content) ? undefined : wrongText)
      const header = headerOf(content, record, fault, delimiter, name)
      if (header !== undefined) return { ...found, header }
    }
  }
  return found
}

interface RecordStretch {
  readonly bytes: Buffer
  readonly records: readonly DelimitedRecord[]
  /** The place behind the records. */
  readonly end: FilePlace
  readonly delimiter: string
}

/** The first line with which a file for Excel tells its delimiter. */
const separatorLine = /^"?sep=([^\r\n"])"?\r?\n/iu
const separatorBytes = 16

/** The line of a file that tells its delimiter, if the file begins with one. */
function separatorOf(start: Buffer): { readonly delimiter: string; readonly length: number } | undefined {
  const text = start.subarray(0, separatorBytes).toString('utf8')
  const [line, delimiter] = separatorLine.exec(text) ?? []
  return line === undefined || delimiter === undefined ? undefined : { delimiter, length: Buffer.byteLength(line) }
}

/** Stretches of whole records. An unfinished record is examined again when the number of held bytes has doubled. */
async function* recordStretches(
  chunks: AsyncIterable<Buffer>,
  { delimiter: expected, isTold = false }: Pick<DelimitedLayout, 'delimiter' | 'isTold'>,
  from: FilePlace = fileStart,
): AsyncGenerator<RecordStretch> {
  let delimiter = expected
  let isBegun = from.offset > 0
  let pieces: Buffer[] = []
  let length = 0
  let wanted = 0
  let { line, offset } = from
  const cut = (last: boolean): RecordStretch => {
    let bytes = pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces)
    const separator = isBegun ? undefined : separatorOf(bytes)
    isBegun = true
    if (separator !== undefined) {
      if (!isTold) delimiter = separator.delimiter
      bytes = bytes.subarray(separator.length)
      offset += separator.length
      line++
    }
    const found = new DelimitedRecords(bytes, Buffer.from(delimiter), line, last)
    const records: DelimitedRecord[] = []
    for (let record = found.next(); ; record = found.next()) {
      if (record !== undefined) records.push(record)
      else if (bytes.length - found.position > maxRecordBytes) {
        records.push(found.faultyLine(`a quote is not closed within ${maxRecordBytes >> 20} MB`))
      } else break
    }
    line = found.line
    offset += found.position
    pieces = [bytes.subarray(found.position)]
    length = bytes.length - found.position
    wanted = 2 * length
    return { bytes, records, end: { offset, line }, delimiter }
  }
  for await (const chunk of chunks) {
    pieces.push(chunk)
    length += chunk.length
    if (length >= wanted && (isBegun || length >= separatorBytes)) yield cut(false)
  }
  yield cut(true)
}

function headerOf(
  content: Buffer,
  record: DelimitedRecord,
  fault: string | undefined,
  delimiter: string,
  path: string,
): readonly string[] | undefined {
  if (fault !== undefined) throw fsError('MAESTRO_FS_HEADER', { path, reason: fault })
  const text = content.toString('utf8')
  if (text === '' || text === '\r') return undefined
  if (!record.quoted && text.slice(0, -1).includes('\r')) {
    throw fsError('MAESTRO_FS_HEADER', { path, reason: 'its lines end in CR alone' })
  }
  // Text in UTF-16 has a NUL beside each ASCII character.
  if (text.includes('\0')) {
    throw fsError('MAESTRO_FS_HEADER', { path, reason: 'it contains NUL characters, as text in another encoding does' })
  }
  return checkHeader(cellsOf(text, record.quoted, delimiter), path)
}

function checkHeader(names: readonly string[], path: string): readonly string[] {
  const seen = new Set<string>()
  for (const column of names) {
    if (seen.has(column)) throw fsError('MAESTRO_FS_HEADER', { path, reason: `two columns are called "${column}"` })
    seen.add(column)
  }
  return names
}

interface RowMaker {
  readonly columns: number
  make(cells: readonly (string | null)[]): Row
}

/** Makes rows of the columns that are asked for. */
function rowMaker(header: readonly string[], asked?: ReadonlySet<string>): RowMaker {
  const places = header.flatMap((name, index) => (asked?.has(name) === false ? [] : [index]))
  const names = places.map((index) => header[index] as string)
  // `fromEntries` makes a column called __proto__ a column like any other; the loop is much faster.
  if (names.includes('__proto__') || needsColumnOrder(names)) {
    return {
      columns: header.length,
      make: (cells) => {
        const given = names.map((name, at) => [name, cells[places[at] as number]] as const)
        return withColumnOrder(Object.fromEntries(given.filter(([, cell]) => cell !== undefined)), names)
      },
    }
  }
  return {
    columns: header.length,
    make(cells) {
      const row: Record<string, string | null> = {}
      for (let at = 0; at < names.length; at++) {
        const cell = cells[places[at] as number]
        if (cell === undefined) break
        row[names[at] as string] = cell
      }
      return row
    },
  }
}

import { isUtf8 } from 'node:buffer'
import { createReadStream } from 'node:fs'
import { open as openFile } from 'node:fs/promises'
import {
  type Columns,
  decodeStepLine,
  encodeStepLine,
  fromJsonNumber,
  hasType,
  MaestroError,
  maestroError,
  onlyColumns,
  parseJson,
  parseJsonRow,
  type Row,
  type TableFile,
  type TableRequest,
} from '@maestro-dataflow/core'
import { tableError } from '../errors.js'
import { rowJson } from '../values/row-json.js'
import { shownValue } from '../values/shown-value.js'

const newline = 10
const flushBytes = 1 << 18
/** The longest line that becomes a row, as in sources of files. */
const longestLine = 1 << 28

/** The result of sifting. */
export interface SiftedLines {
  readonly file: TableFile
  readonly rows: number
  readonly rejected: number
  /** The length of the longest line in bytes. */
  readonly longest: number
}

/**
 * Copies files of rows into one step file, line by line. This is the slow path for input with a line or value that the
 * engine could not read. Lines that are not a JSON object or not UTF-8, and rows with a value that is not of its
 * column's type, are rejected under the id that the row would have had.
 *
 * @param declared Columns whose values must be of their types. @param open Whether the rows of a source may have others;
 *   otherwise those are left out.
 */
export async function siftLines(
  files: readonly TableFile[],
  path: string,
  declared: Columns,
  open: boolean,
  reject: TableRequest['reject'],
): Promise<SiftedLines> {
  const types = Object.entries(declared).filter(([, type]) => type !== 'unknown')
  // A sum of integers may be a big integer.
  const stepTypes = types.filter(([, type]) => type !== 'integer')
  const names = new Set(Object.keys(declared))
  const output = await openFile(path, 'w')
  let rows = 0
  let rejected = 0
  let longest = 0
  let text: string[] = []
  let length = 0
  const write = async (line: string) => {
    text.push(line)
    length += line.length
    rows++
    longest = Math.max(longest, Buffer.byteLength(line))
    if (length < flushBytes) return
    await output.appendFile(`${text.join('\n')}\n`)
    text = []
    length = 0
  }
  /** Returns a line of the step file. @throws for a row that must be rejected */
  const sift = (file: TableFile, id: string, line: Buffer): string => {
    if (file.format === 'step') {
      const text = line.toString('utf8')
      typed(decodeStepLine(text).row, stepTypes)
      return text
    }
    const whole = parseRow(id, line)
    const chosen = open ? whole.row : onlyColumns(whole.row, names)
    const text = chosen === whole.row ? whole.text : rowJson(chosen)
    const row = typed(chosen, types)
    const plain = `{"id":${JSON.stringify(id)},"row":${text}}`
    const encoded = encodeStepLine(id, row)
    // The text of the source is kept, unless a step file has to write a value differently.
    return encoded.includes('{"$') || text.includes('"$')
      ? `{"text":${JSON.stringify(text)},${encoded.slice(1)}`
      : plain
  }
  try {
    for (const file of files) {
      let number = 0
      for await (const bytes of linesOf(file.path)) {
        number++
        const line = withoutMark(bytes, number)
        if (line.length === 0 || line.toString('latin1').trim() === '') continue
        const id = file.format === 'step' ? '' : `${file.idPrefix ?? ''}${number}`
        try {
          await write(sift(file, id, line))
        } catch (error) {
          if (!MaestroError.is(error)) throw error
          rejected++
          if (file.format === 'step') reject({ ...decodeStepLine(line.toString('utf8')), error })
          else reject({ id, row: shownRow(line, error), error })
        }
      }
    }
    if (text.length > 0) await output.appendFile(`${text.join('\n')}\n`)
  } finally {
    await output.close()
  }
  return { file: { path, format: 'step' }, rows, rejected, longest }
}

/** The row with the numbers of its declared types. @throws MAESTRO_TABLE_VALUE */
function typed(row: Row, types: readonly (readonly [string, Columns[string]])[]): Row {
  let changed: Record<string, unknown> | undefined
  for (const [column, type] of types) {
    const given = Object.hasOwn(row, column) ? row[column] : undefined
    const value = fromJsonNumber(given, type)
    if (!hasType(value, type)) throw tableError('MAESTRO_TABLE_VALUE', { column, type, value: shownValue(given) })
    if (value === given) continue
    changed ??= { ...row }
    changed[column] = value
  }
  return changed ?? row
}

/** The row that the rejected row shows. */
function shownRow(line: Buffer, error: MaestroError): unknown {
  const text = line.subarray(0, longestLine).toString('utf8')
  return error.code === 'MAESTRO_STORAGE_ROW_INVALID' ? text.slice(0, 500) : parseJson(text)
}

/** @throws MAESTRO_STORAGE_ROW_INVALID */
function parseRow(location: string, line: Buffer): { readonly text: string; readonly row: Row } {
  const invalid = (reason: string, cause?: unknown) =>
    maestroError('MAESTRO_STORAGE_ROW_INVALID', { location, reason }, cause)
  if (line.length > longestLine) throw invalid(`the line is longer than ${longestLine >> 20} MB`)
  if (!isUtf8(line)) throw invalid('the text is not UTF-8')
  const text = line.toString('utf8').trim()
  let row: unknown
  try {
    row = parseJsonRow(text)
  } catch (error) {
    throw invalid((error as Error).message, error)
  }
  // The engine ends a line at a carriage return, which is only ever a blank between the tokens of JSON.
  if (typeof row === 'object' && row !== null && !Array.isArray(row))
    return { text: text.replaceAll('\r', ''), row: row as Row }
  throw invalid('a row is an object of columns')
}

function withoutMark(line: Buffer, number: number): Buffer {
  return number === 1 && line[0] === 0xef && line[1] === 0xbb && line[2] === 0xbf ? line.subarray(3) : line
}

async function* linesOf(path: string): AsyncGenerator<Buffer> {
  let rest: Buffer[] = []
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    let start = 0
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
      const piece = chunk.subarray(start, end)
      yield rest.length === 0 ? piece : Buffer.concat([...rest, piece])
      rest = []
      start = end + 1
    }
    if (start < chunk.length) rest.push(chunk.subarray(start))
  }
  if (rest.length > 0) yield Buffer.concat(rest)
}

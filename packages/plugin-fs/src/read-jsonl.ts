import { isAscii, isUtf8 } from 'node:buffer'
import { parseJsonRow, type Row, type SourceBatch } from '@maestro-dataflow/core'
import { type FilePlace, fileStart } from './file-place.js'
import { LongLine, lineStretches, longLine, newline } from './line-stretches.js'
import { RecordBatch, shownBytes, wrongText } from './record-batch.js'

/**
 * JSON lines as rows, one batch for each stretch of bytes. A line that is broken, is not an object, or is not valid
 * text is rejected with its line number. Blank lines are skipped.
 *
 * @param name The file's name in row ids and messages.
 * @param from Where the bytes begin in the file.
 */
export async function* readJsonl(
  bytes: AsyncIterable<Buffer>,
  name: string,
  from: FilePlace = fileStart,
): AsyncGenerator<SourceBatch> {
  let { line: first, offset } = from
  const prefix = `${name}:`
  for await (const stretch of lineStretches(bytes)) {
    if (stretch instanceof LongLine) {
      const batch = new RecordBatch()
      batch.reject(`${name}:${first++}`, shownBytes(stretch.start), longLine)
      offset += stretch.length + 1
      yield { ...batch.take(), cursor: { offset, line: first } }
      continue
    }
    const batch = new RecordBatch(prefix)
    batch.grow(stretch.length)
    for (const piece of piecesOf(stretch)) first += addLines(batch, prefix, first, piece)
    offset += stretch.length + 1
    yield { ...batch.take(), cursor: { offset, line: first } }
  }
}

/** The engine makes texts of up to this length cheaply, and longer ones not. */
const pieceBytes = 1 << 16

/** Pieces of whole lines, without the line end of the last line. */
function* piecesOf(stretch: Buffer): Generator<Buffer> {
  let start = 0
  while (stretch.length - start > pieceBytes) {
    const end = stretch.indexOf(newline, start + pieceBytes)
    if (end === -1) break
    yield stretch.subarray(start, end)
    start = end + 1
  }
  yield stretch.subarray(start)
}

/** @returns the number of lines */
function addLines(batch: RecordBatch, prefix: string, first: number, piece: Buffer): number {
  const ascii = isAscii(piece)
  const valid = ascii || isUtf8(piece)
  // A piece that is not valid UTF-8 is examined line by line; latin1 preserves each byte. It is the fastest for ASCII.
  const lines = piece.toString(valid && !ascii ? 'utf8' : 'latin1').split('\n')
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] as string
    if (mayBeBlank(line) && line.trim() === '') continue
    addLine(batch, prefix, first + index, line, valid)
  }
  return lines.length
}

/** Whether a line begins with something other than a visible character of ASCII. */
function mayBeBlank(line: string): boolean {
  const code = line.charCodeAt(0)
  return !(code > 32 && code < 127)
}

function addLine(batch: RecordBatch, prefix: string, number: number, line: string, valid: boolean): void {
  try {
    const row = parseJsonRow(valid ? line : fromLatin1(line))
    if (isRow(row)) batch.addNumber(number, row)
    else batch.reject(`${prefix}${number}`, line, 'a row is an object of columns')
  } catch (error) {
    const id = `${prefix}${number}`
    batch.reject(id, line, (error as Error).message, id, error)
  }
}

/** Whether a JSON value is an object, so that it can be a row. */
export function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function fromLatin1(line: string): string {
  const bytes = Buffer.from(line, 'latin1')
  if (!isUtf8(bytes)) throw new SyntaxError(wrongText)
  return bytes.toString('utf8')
}

import { isUtf8 } from 'node:buffer'
import { parseJsonRow, type Row, type SourceBatch } from '@maestro-dataflow/core'
import { type FilePlace, fileStart } from './file-place.js'
import { LongLine, lineStretches, longLine } from './line-stretches.js'
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
  for await (const stretch of lineStretches(bytes)) {
    if (stretch instanceof LongLine) {
      const batch = new RecordBatch()
      batch.reject(`${name}:${first++}`, shownBytes(stretch.start), longLine)
      offset += stretch.length + 1
      yield { ...batch.take(), cursor: { offset, line: first } }
      continue
    }
    const valid = isUtf8(stretch)
    // A stretch that is not valid UTF-8 is examined line by line; latin1 preserves each byte.
    const lines = stretch.toString(valid ? 'utf8' : 'latin1').split('\n')
    const batch = new RecordBatch()
    batch.grow(stretch.length)
    for (let index = 0; index < lines.length; index++) {
      const line = lines[index] as string
      if (line === '' || line === '\r' || line.trim() === '') continue
      addLine(batch, `${name}:${first + index}`, line, valid)
    }
    first += lines.length
    offset += stretch.length + 1
    yield { ...batch.take(), cursor: { offset, line: first } }
  }
}

function addLine(batch: RecordBatch, id: string, line: string, valid: boolean): void {
  try {
    const row = parseJsonRow(valid ? line : fromLatin1(line))
    if (isRow(row)) batch.add(id, row)
    else batch.reject(id, line, 'a row is an object of columns')
  } catch (error) {
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

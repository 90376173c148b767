import { isUtf8 } from 'node:buffer'
import type { Readable } from 'node:stream'
import { maestroError, type Row, type SourceBatch, type SourceReject } from '@maestro-dataflow/core'

const newline = 10

/**
 * JSON lines as rows, a batch for each stretch of bytes. A line that is broken, no object, or not UTF-8 is a reject
 * with its line number; blank lines are passed over.
 *
 * @param name The file as its rows' ids and messages call it.
 */
export async function* readJsonl(bytes: Readable, name: string): AsyncGenerator<SourceBatch> {
  let rest: Buffer[] = []
  let line = 1
  for await (const chunk of bytes as AsyncIterable<Buffer>) {
    const end = chunk.lastIndexOf(newline)
    if (end === -1) {
      rest.push(chunk)
      continue
    }
    const text = rest.length === 0 ? chunk.subarray(0, end) : Buffer.concat([...rest, chunk.subarray(0, end)])
    rest = end + 1 < chunk.length ? [chunk.subarray(end + 1)] : []
    const { batch, lines } = parseLines(text, name, line)
    line += lines
    yield batch
  }
  if (rest.length > 0) yield parseLines(Buffer.concat(rest), name, line).batch
}

function parseLines(
  bytes: Buffer,
  name: string,
  first: number,
): { readonly batch: SourceBatch; readonly lines: number } {
  const valid = isUtf8(bytes)
  // Bytes that are not UTF-8 are looked at line by line; latin1 keeps each of them apart.
  const lines = bytes.toString(valid ? 'utf8' : 'latin1').split('\n')
  if (first === 1) lines[0] = withoutMark(lines[0] ?? '', valid)
  const ids: string[] = []
  const rows: Row[] = []
  const rejects: SourceReject[] = []
  for (let index = 0; index < lines.length; index++) {
    const id = `${name}:${first + index}`
    let line = lines[index] as string
    if (line === '' || line === '\r' || line.trim() === '') continue
    try {
      if (!valid) line = toUtf8(line)
      const row: unknown = JSON.parse(line)
      if (typeof row !== 'object' || row === null || Array.isArray(row))
        throw new SyntaxError('a row is an object of columns')
      ids.push(id)
      rows.push(row as Row)
    } catch (error) {
      const reason = (error as Error).message
      rejects.push({
        id,
        row: line.slice(0, 500),
        error: maestroError('MAESTRO_STORAGE_ROW_INVALID', { location: id, reason }, error),
      })
    }
  }
  return {
    lines: lines.length,
    batch: { ids, rows, bytes: bytes.length, ...(rejects.length === 0 ? {} : { rejects }) },
  }
}

function withoutMark(line: string, valid: boolean): string {
  const mark = valid ? '\ufeff' : '\u00ef\u00bb\u00bf'
  return line.startsWith(mark) ? line.slice(mark.length) : line
}

function toUtf8(line: string): string {
  const bytes = Buffer.from(line, 'latin1')
  if (!isUtf8(bytes)) throw new SyntaxError('the text is not UTF-8')
  return bytes.toString('utf8')
}

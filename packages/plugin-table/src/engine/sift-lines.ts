import { isUtf8 } from 'node:buffer'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { maestroError, parseJson, type TableFile, type TableRequest } from '@maestro-dataflow/core'

const newline = 10
const flushBytes = 1 << 18

/** What sifting found. */
export interface SiftedLines {
  readonly file: TableFile
  readonly rows: number
  readonly rejected: number
  /** Bytes of the longest line. */
  readonly longest: number
}

/**
 * Copies files of rows into one step file, line by line: the slow way, taken when the engine met a line that it could
 * not read. Lines that are no JSON object or not UTF-8 are rejected under the id that the row would have had.
 */
export async function siftLines(
  files: readonly TableFile[],
  path: string,
  reject: TableRequest['reject'],
): Promise<SiftedLines> {
  const { encodeStepLine } = await import('@maestro-dataflow/core/runtime')
  const output = await open(path, 'w')
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
  try {
    for (const file of files) {
      let number = 0
      for await (const bytes of linesOf(file.path)) {
        number++
        const line = withoutMark(bytes, number)
        if (line.length === 0 || line.toString('latin1').trim() === '') continue
        if (file.format === 'step') {
          await write(line.toString('utf8'))
          continue
        }
        const id = `${file.idPrefix ?? ''}${number}`
        const parsed = parseRow(line)
        if ('reason' in parsed) {
          rejected++
          const error = maestroError('MAESTRO_STORAGE_ROW_INVALID', { location: id, reason: parsed.reason })
          reject({ id, row: line.toString('utf8').slice(0, 500), error })
        } else if (parsed.text.includes('"$')) {
          await write(encodeStepLine(id, parsed.row))
        } else {
          await write(`{"id":${JSON.stringify(id)},"row":${parsed.text}}`)
        }
      }
    }
    if (text.length > 0) await output.appendFile(`${text.join('\n')}\n`)
  } finally {
    await output.close()
  }
  return { file: { path, format: 'step' }, rows, rejected, longest }
}

function parseRow(
  line: Buffer,
): { readonly text: string; readonly row: Record<string, unknown> } | { readonly reason: string } {
  if (!isUtf8(line)) return { reason: 'the text is not UTF-8' }
  const text = line.toString('utf8').trim()
  try {
    const row = parseJson(text)
    if (typeof row === 'object' && row !== null && !Array.isArray(row))
      return { text, row: row as Record<string, unknown> }
    return { reason: 'a row is an object of columns' }
  } catch (error) {
    return { reason: (error as Error).message }
  }
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

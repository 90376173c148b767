import { createReadStream } from 'node:fs'
import { crc32 } from 'node:zlib'
import { decodeStepLine, decodeStepValue, encodeStepLine, encodeStepValue } from '../../provider/step-codec.js'
import { isSameAsClone } from '../workers/sent-row.js'

/*
 * The rows that a generator has given, one per line: the CRC32 of the rest of the line, and a row of a step file. What is
 * not a row has a tag of its own, because it is rejected when it is read again. The last line says that there are no more.
 */

const sumLength = 8
const noRow = '{"no-row":'
export const endLine = seal('{"end":true}')

/** A line whose checksum is right, and where it ends in the file. */
export interface StoredLine {
  readonly text: string
  readonly end: number
}

/** A value that a source has given, as a line without its end; undefined if the line would not keep it as it is. */
export function encodeStored(value: unknown): string | undefined {
  try {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return isSameAsClone(value) ? seal(`${noRow}${encodeStepValue(value)}}`) : undefined
    const row = { ...value }
    return isSameAsClone(row) ? seal(encodeStepLine('', row)) : undefined
  } catch {
    return undefined
  }
}

/** The value of a line that `encodeStored` wrote. */
export function decodeStored(line: string): unknown {
  const text = line.slice(sumLength + 1)
  return text.startsWith(noRow) ? decodeStepValue(text.slice(noRow.length, -1)) : decodeStepLine(text).row
}

/** The lines of a file, up to the first one that is damaged or not whole. A file that is missing has none. */
export async function* storedLines(path: string): AsyncGenerator<StoredLine> {
  let end = 0
  let rest: Buffer = Buffer.alloc(0)
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
      const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
      let start = 0
      for (let stop = bytes.indexOf(10); stop !== -1; stop = bytes.indexOf(10, start)) {
        const text = bytes.toString('utf8', start, stop)
        if (!isSealed(text)) return
        end += stop + 1 - start
        start = stop + 1
        yield { text, end }
      }
      rest = Buffer.from(bytes.subarray(start))
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}

function seal(text: string): string {
  return `${sumOf(text)} ${text}`
}

const isSealed = (line: string) => line.slice(0, sumLength + 1) === `${sumOf(line.slice(sumLength + 1))} `

function sumOf(text: string): string {
  return crc32(text).toString(16).padStart(sumLength, '0')
}

import { type FileHandle, open } from 'node:fs/promises'
import type { TableFile } from '@maestro-dataflow/core'
import { type Choice, fate } from './choose-lines.js'

export const newline = 10
export const carriageReturn = 13
export const chunkBytes = 1 << 20
const byteOrderMark = Buffer.from('\uFEFF')

/** The lines of files, and what is done with them. */
export interface LineCopy {
  readonly files: readonly TableFile[]
  readonly output: TableFile
  /** Blank lines become absent in it. */
  readonly choice: Choice
  /** Receives each line that a statement has left out or kept, if it is given. Lines of step files hold their ids. */
  readonly seen?: ((line: Buffer, position: number) => void) | undefined
  readonly signal: AbortSignal
}

/** Rows that were copied, and the lines that were read, blank ones included. */
export interface CopiedLines {
  readonly rows: number
  readonly lines: number
}

/**
 * Copies the lines that a statement keeps, in their order, byte by byte. A line is wrapped or unwrapped if the formats of
 * input and output differ.
 */
export async function copyLines({ files, output, choice, seen, signal }: LineCopy): Promise<CopiedLines> {
  const { fates } = choice
  let lines = 0
  let rows = 0
  const target = await open(output.path, 'w')
  try {
    const text = new OutputText(target)
    for (const file of files) {
      const first = lines
      const isSame = file.format === output.format
      for await (const chunk of wholeLinesOf(file.path, signal)) {
        // Consecutive lines that stay as they are are copied at once.
        let from = -1
        let start = 0
        while (start < chunk.length) {
          const found = chunk.indexOf(newline, start)
          const next = found === -1 ? chunk.length : found + 1
          let end = found === -1 ? chunk.length : found
          const isUsual = found !== -1 && chunk[end - 1] !== carriageReturn
          if (end > start && chunk[end - 1] === carriageReturn) end--
          if (end === start) fates[lines] = fate.absent
          const isKept = fates[lines] === fate.kept
          if (seen !== undefined && fates[lines] !== fate.absent) seen(chunk.subarray(start, end), lines)
          if (from !== -1 && !(isKept && isUsual)) {
            text.copy(chunk, from, start)
            from = -1
          }
          if (isKept) {
            rows++
            if (isSame && isUsual) from = from === -1 ? start : from
            else if (isSame) text.line(chunk, start, end)
            else if (output.format === 'step')
              text.wrapped(chunk, start, end, `${file.idPrefix ?? ''}${lines - first + 1}`)
            else text.unwrapped(chunk, start, end)
          }
          lines++
          start = next
        }
        if (from !== -1) text.copy(chunk, from, start)
        await text.flush(chunkBytes)
      }
    }
    await text.flush(1)
  } finally {
    await target.close()
  }
  return { rows, lines }
}

/** Chunks of a file that end with a whole line. Only the last line of the file may lack its newline. */
export async function* wholeLinesOf(path: string, signal: AbortSignal): AsyncGenerator<Buffer> {
  const file = await open(path)
  try {
    let buffer = Buffer.allocUnsafe(2 * chunkBytes)
    let length = 0
    let isStart = true
    for (;;) {
      signal.throwIfAborted()
      if (buffer.length - length < chunkBytes) buffer = Buffer.concat([buffer.subarray(0, length)], buffer.length * 2)
      const { bytesRead } = await file.read(buffer, length, chunkBytes)
      length += bytesRead
      if (isStart && (length >= byteOrderMark.length || bytesRead === 0)) {
        isStart = false
        if (buffer.subarray(0, length).indexOf(byteOrderMark) === 0) {
          buffer.copyWithin(0, byteOrderMark.length, length)
          length -= byteOrderMark.length
        }
      }
      // What was there before this read holds no newline.
      const last = length === 0 ? -1 : buffer.lastIndexOf(newline, length - 1)
      const end = bytesRead === 0 ? length : last + 1
      if (end > 0) yield buffer.subarray(0, end)
      if (bytesRead === 0) return
      buffer.copyWithin(0, end, length)
      length -= end
    }
  } finally {
    await file.close()
  }
}

export const rowMark = Buffer.from(',"row":')
export const textMark = Buffer.from('{"text":')

/** Collects the bytes of the output. */
export class OutputText {
  readonly #file: FileHandle
  #bytes = Buffer.allocUnsafe(2 * chunkBytes)
  #length = 0

  constructor(file: FileHandle) {
    this.#file = file
  }

  /** The number of bytes that are not written yet. */
  get length(): number {
    return this.#length
  }

  copy(from: Buffer, start: number, end: number): void {
    this.#reserve(end - start)
    this.#length += from.copy(this.#bytes, this.#length, start, end)
  }

  line(from: Buffer, start: number, end: number): void {
    this.copy(from, start, end)
    this.write('\n')
  }

  /** Writes a line of bare rows as a line of a step file. */
  wrapped(from: Buffer, start: number, end: number, id: string): void {
    this.write(`{"id":${JSON.stringify(id)},"row":`)
    this.copy(from, start, end)
    this.write('}\n')
  }

  /**
   * Writes the row in a line of a step file. If the source wrote the row in a form that a step file cannot hold, the line
   * begins with that text.
   */
  unwrapped(from: Buffer, start: number, end: number): void {
    const line = from.subarray(start, end)
    if (line.subarray(0, textMark.length).equals(textMark)) {
      this.write(`${(JSON.parse(line.toString('utf8')) as { readonly text: string }).text}\n`)
      return
    }
    // In the id before it, every quote is escaped. The first `,"row":` is therefore the right one.
    this.line(line, line.indexOf(rowMark) + rowMark.length, line.length - 1)
  }

  async flush(least: number): Promise<void> {
    if (this.#length < least) return
    for (let done = 0; done < this.#length; ) {
      const { bytesWritten } = await this.#file.write(this.#bytes, done, this.#length - done)
      done += bytesWritten
    }
    this.#length = 0
  }

  write(text: string): void {
    this.#reserve(Buffer.byteLength(text))
    this.#length += this.#bytes.write(text, this.#length)
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + more))
    this.#bytes.copy(larger, 0, 0, this.#length)
    this.#bytes = larger
  }
}

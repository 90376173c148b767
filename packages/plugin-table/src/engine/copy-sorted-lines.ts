import { open, stat } from 'node:fs/promises'
import type { TableFile } from '@maestro-dataflow/core'
import { RowsUnfit } from './connect.js'
import { carriageReturn, chunkBytes, newline, OutputText, wholeLinesOf } from './copy-lines.js'

/** The size of the files whose lines are copied in another order. Larger files would be read too often. */
const mostBytes = 1 << 30
/** The bytes of the lines that are in memory at once. */
const blockBytes = 1 << 27

/** Whether the lines of these files can be copied in another order. */
export async function canCopySorted(files: readonly TableFile[]): Promise<boolean> {
  const sizes = await Promise.all(files.map(({ path }) => stat(path)))
  return files.length > 0 && sizes.reduce((sum, { size }) => sum + size, 0) <= mostBytes
}

/** Lines in the order of the output. */
export interface SortedCopy {
  readonly files: readonly TableFile[]
  readonly output: TableFile
  /** The positions of the lines, in the order of the output. */
  readonly positions: Uint32Array
  /** The number of lines of the files, blank ones included. */
  readonly lines: number
  readonly signal: AbortSignal
  /** The size of the lines that are in memory at once, in bytes. @default 128 MiB */
  readonly block?: number
}

/**
 * Copies lines to the output in another order. The files are read from beginning to end, once for each block of the
 * output that fits into memory.
 *
 * @throws RowsUnfit if the database has counted other lines, or a file has become shorter
 */
export async function copySortedLines(copy: SortedCopy): Promise<void> {
  const { files, output, positions, lines, signal, block = blockBytes } = copy
  const found = new FoundLines(lines)
  for (const { path } of files) await found.add(path, signal)
  // The database ends a line at a carriage return too.
  if (found.count !== lines) throw new RowsUnfit()
  const isSame = files.every(({ format }) => format === output.format)
  /** Where a line begins in the block, counted from 1; 0 for a line of another block. */
  const places = new Uint32Array(lines)
  const target = await open(output.path, 'w')
  try {
    const text = new OutputText(target)
    for (let first = 0, next = 0; first < positions.length; first = next) {
      let size = 0
      for (; next < positions.length; next++) {
        const position = positions[next] ?? 0
        const length = found.lengthAt(position) + 1
        if (next > first && size + length > block) break
        places[position] = size + 1
        size += length
      }
      const bytes = Buffer.alloc(size, newline)
      for (const [file, { path }] of files.entries()) await found.collect(path, file, { places, bytes, signal })
      for (let index = first, start = 0; index < next; index++) {
        const position = positions[index] ?? 0
        places[position] = 0
        if (isSame) continue
        const end = start + found.lengthAt(position)
        const file = found.fileOf(position)
        const { format, idPrefix = '' } = files[file] ?? output
        if (format === 'step') text.unwrapped(bytes, start, end)
        else text.wrapped(bytes, start, end, `${idPrefix}${position - found.firstOf(file) + 1}`)
        start = end + 1
        if (text.length >= chunkBytes) await text.flush(chunkBytes)
      }
      if (isSame) await target.appendFile(bytes)
    }
    await text.flush(1)
  } finally {
    await target.close()
  }
}

/** Where lines are in files. */
class FoundLines {
  count = 0
  readonly #starts: Uint32Array
  readonly #lengths: Uint32Array
  readonly #firsts: number[] = []
  #longest = 0

  /** @param lines The number of lines of all files. */
  constructor(lines: number) {
    this.#starts = new Uint32Array(lines)
    this.#lengths = new Uint32Array(lines)
  }

  lengthAt(position: number): number {
    return this.#lengths[position] ?? 0
  }

  fileOf(position: number): number {
    return this.#firsts.length === 1 ? 0 : this.#firsts.findLastIndex((first) => first <= position)
  }

  firstOf(file: number): number {
    return this.#firsts[file] ?? this.count
  }

  /** Finds the lines of the next file. The end of a line does not belong to it. */
  async add(path: string, signal: AbortSignal): Promise<void> {
    const first = this.count
    this.#firsts.push(first)
    let before = 0
    for await (const chunk of wholeLinesOf(path, signal)) {
      for (let start = 0; start < chunk.length; this.count++) {
        const found = chunk.indexOf(newline, start)
        const next = found === -1 ? chunk.length : found + 1
        let end = found === -1 ? chunk.length : found
        if (end > start && chunk[end - 1] === carriageReturn) end--
        this.#starts[this.count] = before + start
        this.#lengths[this.count] = end - start
        this.#longest = Math.max(this.#longest, end - start)
        start = next
      }
      before += chunk.length
    }
    // A byte order mark is not among the lines.
    const mark = (await stat(path)).size - before
    if (mark > 0)
      for (let line = first; line < this.count; line++) this.#starts[line] = (this.#starts[line] ?? 0) + mark
  }

  /** Copies the lines of a file that have a place to this place. */
  async collect(
    path: string,
    file: number,
    { places, bytes, signal }: { readonly places: Uint32Array; readonly bytes: Buffer; readonly signal: AbortSignal },
  ): Promise<void> {
    const input = await open(path)
    try {
      const read = Buffer.allocUnsafe(Math.max(4 * chunkBytes, this.#longest))
      const last = this.firstOf(file + 1)
      for (let line = this.firstOf(file), from = 0, to = 0; line < last; line++) {
        const place = places[line] ?? 0
        if (place === 0) continue
        const start = this.#starts[line] ?? 0
        const end = start + this.lengthAt(line)
        if (end > to) {
          signal.throwIfAborted()
          from = start
          to = start + (await input.read(read, 0, read.length, start)).bytesRead
          if (to < end) throw new RowsUnfit()
        }
        read.copy(bytes, place - 1, start - from, end - from)
      }
    } finally {
      await input.close()
    }
  }
}

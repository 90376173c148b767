import { pipeline, Readable } from 'node:stream'
import { createInflateRaw } from 'node:zlib'
import type { OpenedFile, StoredFile } from '../places/stored-file.js'
import { unreadable } from '../unreadable.js'

/** A file within a zip archive. */
interface ZipEntry {
  readonly method: number
  readonly packed: number
  readonly unpacked: number
  readonly offset: number
}

/** The most bytes of a part that is read as a whole, and of one that is streamed. */
export const mostWhole = 512 * 1024 ** 2
const mostStreamed = 16 * 1024 ** 3
/** Deflate packs at most 1032 bytes into one. Sheets stay far below this. */
const mostRatio = 500
const ratioFrom = 100 * 1024 ** 2

/** A zip archive whose parts are streamed. What a part holds beyond its announced size is refused. */
export class ZipArchive {
  readonly #file: StoredFile
  readonly #entries: ReadonlyMap<string, ZipEntry>

  private constructor(file: StoredFile, entries: ReadonlyMap<string, ZipEntry>) {
    this.#file = file
    this.#entries = entries
  }

  /** @throws MAESTRO_FS_CONTENT */
  static async open(file: StoredFile): Promise<ZipArchive> {
    const opened = await file.open()
    try {
      return new ZipArchive(file, await readDirectory(opened))
    } finally {
      await opened.close()
    }
  }

  has(name: string): boolean {
    return this.#entries.has(name)
  }

  /** The bytes of a part. @throws MAESTRO_FS_CONTENT */
  async *stream(name: string, most = mostStreamed): AsyncGenerator<Buffer> {
    const entry = this.#entries.get(name)
    if (entry === undefined) throw unreadable(`the part ${name} is missing`)
    const { method, packed, unpacked } = entry
    if (unpacked > most || (unpacked > ratioFrom && unpacked > packed * mostRatio))
      throw unreadable(`the part ${name} would take ${Math.ceil(unpacked / 1e6)} MB`)
    if (method !== 0 && method !== 8) throw unreadable(`the part ${name} is packed in a way that is not known`)
    const start = await this.#dataStart(entry)
    if (packed === 0) return
    const raw = this.#file.stream({ start, end: start + packed })
    let bytes = 0
    for await (const chunk of method === 0 ? raw : inflated(raw)) {
      bytes += chunk.length
      if (bytes > unpacked) throw unreadable(`the part ${name} is larger than it says`)
      yield chunk
    }
    if (bytes < unpacked) throw unreadable(`the part ${name} is cut off`)
  }

  async #dataStart({ offset }: ZipEntry): Promise<number> {
    const file = await this.#file.open()
    try {
      const header = await bytesAt(file, offset, 30)
      if (header.readUInt32LE(0) !== 0x04034b50) throw unreadable('its list of parts is damaged')
      return offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28)
    } finally {
      await file.close()
    }
  }
}

/** The pipeline stops the raw bytes when the reader leaves. The reader receives every error. */
const inflated = (raw: AsyncIterable<Buffer>): AsyncIterable<Buffer> =>
  pipeline(Readable.from(raw, { objectMode: false }), createInflateRaw(), () => undefined)

async function bytesAt(file: OpenedFile, position: number, length: number): Promise<Buffer> {
  const bytes = await file.read(position, position + length)
  if (bytes.length < length) throw unreadable('it is cut off')
  return bytes
}

async function readDirectory(file: OpenedFile): Promise<ReadonlyMap<string, ZipEntry>> {
  const { size } = file
  const start = size < 8 ? '' : (await bytesAt(file, 0, 8)).toString('hex')
  if (start === 'd0cf11e0a1b11ae1') throw unreadable('it is protected by a password, or an older .xls file')
  if (!start.startsWith('504b')) throw unreadable('it is no .xlsx file')
  const tail = Math.min(size, 65_557)
  const end = await bytesAt(file, size - tail, tail)
  const at = end.lastIndexOf(Buffer.from('504b0506', 'hex'))
  if (at < 0 || at + 22 > end.length) throw unreadable('it is cut off')
  let [count, bytes, offset] = [end.readUInt16LE(at + 10), end.readUInt32LE(at + 12), end.readUInt32LE(at + 16)]
  const locator = at - 20
  if (locator >= 0 && end.readUInt32LE(locator) === 0x07064b50) {
    const wide = await bytesAt(file, Number(end.readBigUInt64LE(locator + 8)), 56)
    ;[count, bytes, offset] = [wide.readBigUInt64LE(32), wide.readBigUInt64LE(40), wide.readBigUInt64LE(48)].map(
      Number,
    ) as [number, number, number]
  }
  if (bytes > mostWhole || offset + bytes > size) throw unreadable('its list of parts is damaged')
  return entriesIn(await bytesAt(file, offset, bytes), count)
}

function entriesIn(directory: Buffer, count: number): ReadonlyMap<string, ZipEntry> {
  const entries = new Map<string, ZipEntry>()
  let at = 0
  for (let index = 0; index < count; index++) {
    if (at + 46 > directory.length || directory.readUInt32LE(at) !== 0x02014b50)
      throw unreadable('its list of parts is damaged')
    const [name, extra, comment] = [28, 30, 32].map((field) => directory.readUInt16LE(at + field)) as [
      number,
      number,
      number,
    ]
    if ((directory.readUInt16LE(at + 8) & 1) === 1) throw unreadable('it is protected by a password')
    const wide = wideSizes(directory.subarray(at + 46 + name, at + 46 + name + extra))
    const field = (position: number) => {
      const value = directory.readUInt32LE(at + position)
      return value === 0xffffffff ? (wide.shift() ?? value) : value
    }
    const [unpacked, packed, offset] = [field(24), field(20), field(42)]
    const path = directory.toString('utf8', at + 46, at + 46 + name).replace(/^\//, '')
    entries.set(path, { method: directory.readUInt16LE(at + 10), packed, unpacked, offset })
    at += 46 + name + extra + comment
  }
  return entries
}

/** The sizes of a part that do not fit into 32 bits, in the order of their fields. */
function wideSizes(extra: Buffer): number[] {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue
    const end = Math.min(extra.length, at + 4 + extra.readUInt16LE(at + 2))
    const sizes: number[] = []
    for (let field = at + 4; field + 8 <= end; field += 8) sizes.push(Number(extra.readBigUInt64LE(field)))
    return sizes
  }
  return []
}

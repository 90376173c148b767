import { type FileHandle, open } from 'node:fs/promises'
import { crc32, createDeflateRaw } from 'node:zlib'
import { fsError } from '../errors.js'

interface Written {
  readonly name: Buffer
  readonly offset: number
  readonly crc: number
  readonly packed: number
  readonly unpacked: number
}

/** The greatest size and position of a part without extensions that not all programs read. */
const largest = 0xffffffff
/** 1 January 1980, the first day that a zip archive knows, so that equal rows give equal files. */
const dosDate = 0x21

/** Writes a zip archive part by part. Each part is packed while it is made. */
export class ZipWriter {
  readonly #file: FileHandle
  readonly #written: Written[] = []
  #offset = 0

  private constructor(file: FileHandle) {
    this.#file = file
  }

  static async create(path: string): Promise<ZipWriter> {
    return new ZipWriter(await open(path, 'wx'))
  }

  /** Adds a part from pieces of its text. @throws MAESTRO_FS_EXCEL_SIZE for a part of more than 4 GB */
  async add(name: string, pieces: AsyncIterable<string> | Iterable<string>): Promise<void> {
    const start = this.#offset
    const path = Buffer.from(name)
    await this.#append(Buffer.concat([Buffer.alloc(30), path]))
    const packer = createDeflateRaw({ level: 6 })
    let [crc, unpacked] = [0, 0]
    const reading = (async () => {
      for await (const chunk of packer as AsyncIterable<Buffer>) await this.#append(chunk)
    })()
    try {
      for await (const piece of pieces) {
        const bytes = Buffer.from(piece)
        crc = crc32(bytes, crc)
        unpacked += bytes.length
        if (!packer.write(bytes)) await new Promise<void>((resolve) => packer.once('drain', resolve))
      }
      packer.end()
      await reading
    } catch (error) {
      packer.destroy()
      await reading.catch(() => undefined)
      throw error
    }
    const packed = this.#offset - start - 30 - path.length
    if (unpacked > largest || this.#offset > largest) throw fsError('MAESTRO_FS_EXCEL_SIZE', { what: 'more than 4 GB' })
    const part = { name: path, offset: start, crc, packed, unpacked }
    this.#written.push(part)
    const header = Buffer.alloc(30)
    header.writeUInt32LE(0x04034b50, 0)
    writeCommon(header.subarray(4), part)
    await this.#file.write(header, 0, header.length, start)
  }

  async finish(): Promise<void> {
    const start = this.#offset
    for (const part of this.#written) {
      const entry = Buffer.alloc(46)
      entry.writeUInt32LE(0x02014b50, 0)
      entry.writeUInt16LE(20, 4)
      writeCommon(entry.subarray(6), part)
      entry.writeUInt32LE(part.offset, 42)
      await this.#append(Buffer.concat([entry, part.name]))
    }
    const end = Buffer.alloc(22)
    end.writeUInt32LE(0x06054b50, 0)
    end.writeUInt16LE(this.#written.length, 8)
    end.writeUInt16LE(this.#written.length, 10)
    end.writeUInt32LE(this.#offset - start, 12)
    end.writeUInt32LE(start, 16)
    await this.#append(end)
    await this.#file.sync()
  }

  close(): Promise<void> {
    return this.#file.close()
  }

  async #append(bytes: Buffer): Promise<void> {
    await this.#file.write(bytes, 0, bytes.length, this.#offset)
    this.#offset += bytes.length
  }
}

/** What the header of a part and its entry in the list of parts have in common. Names are UTF-8. */
function writeCommon(fields: Buffer, { name, crc, packed, unpacked }: Written): void {
  fields.writeUInt16LE(20, 0)
  fields.writeUInt16LE(0x800, 2)
  fields.writeUInt16LE(8, 4)
  fields.writeUInt16LE(0, 6)
  fields.writeUInt16LE(dosDate, 8)
  fields.writeUInt32LE(crc, 10)
  fields.writeUInt32LE(packed, 14)
  fields.writeUInt32LE(unpacked, 18)
  fields.writeUInt16LE(name.length, 22)
}

import { createReadStream, statSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import type { ByteRange, OpenedFile, StoredFile } from '../stored-file.js'
import { identifyFile } from './identify-file.js'

const chunkBytes = 1 << 18
/** The rows of a chunk are in memory together: those of a larger one would not stay in the cache of a processor core. */
const lentBytes = 1 << 17

/** A file of this machine. */
export class LocalFile implements StoredFile {
  readonly localPath: string

  constructor(path: string) {
    this.localPath = path
  }

  get size(): number {
    return statSync(this.localPath).size
  }

  async *stream({ start = 0, end = Number.POSITIVE_INFINITY }: ByteRange = {}): AsyncGenerator<Buffer> {
    if (end > start) yield* createReadStream(this.localPath, { highWaterMark: chunkBytes, start, end: end - 1 })
  }

  async *lend(start: number): AsyncGenerator<Buffer> {
    const file = await open(this.localPath)
    let [buffer, other] = [Buffer.allocUnsafeSlow(lentBytes), Buffer.allocUnsafeSlow(lentBytes)]
    let reading = readInto(file, buffer, start)
    try {
      for (let place = start; ; ) {
        const length = await reading
        if (length === 0) return
        place += length
        const full = buffer
        buffer = other
        other = full
        reading = readInto(file, buffer, place)
        yield full.subarray(0, length)
      }
    } finally {
      // A file must not be closed while it is read.
      await reading.catch(() => undefined)
      await file.close()
    }
  }

  async open(): Promise<OpenedFile> {
    const file = await open(this.localPath)
    try {
      const { size } = await file.stat()
      return {
        size,
        async read(start, end) {
          const bytes = Buffer.alloc(Math.max(0, end - start))
          let done = 0
          while (done < bytes.length) {
            const { bytesRead } = await file.read(bytes, done, bytes.length - done, start + done)
            if (bytesRead === 0) break
            done += bytesRead
          }
          return bytes.subarray(0, done)
        },
        close: () => file.close(),
      }
    } catch (error) {
      await file.close()
      throw error
    }
  }

  identity(isFull: boolean): Promise<string> {
    return identifyFile(this.localPath, isFull)
  }
}

async function readInto(file: FileHandle, buffer: Buffer, place: number): Promise<number> {
  const { bytesRead } = await file.read(buffer, 0, buffer.length, place)
  return bytesRead
}

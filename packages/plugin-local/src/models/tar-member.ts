import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { MaestroError } from '@maestro-dataflow/core'
import { localError } from '../errors.js'
import type { FetchOptions } from './model-source.js'
import { streamToFile } from './stream-to-file.js'

// POSIX.1-2001, pax: a header of one block, then the content, padded to whole blocks.
const blockBytes = 512

/**
 * Extracts one file of a gzipped tar archive (an npm package).
 *
 * @throws MAESTRO_LOCAL_ARCHIVE if it is not such an archive, is cut off, or lacks the member
 */
export async function extractTarMember(
  archive: string,
  member: string,
  target: string,
  options: FetchOptions = {},
): Promise<void> {
  const fail = failOf(archive)
  try {
    for await (const { name, bytes, content } of tarFiles(archive)) {
      if (name !== member) continue
      await streamToFile(Readable.from(content), target, options, bytes)
      return
    }
  } catch (error) {
    options.signal?.throwIfAborted()
    throw MaestroError.is(error) ? error : fail((error as Error).message, error)
  }
  throw fail(`${member} is not in it`)
}

/** A file of an archive. Its unread rest is skipped when the next one is requested. */
interface TarFile {
  readonly name: string
  readonly bytes: number
  readonly content: AsyncIterable<Buffer>
}

/**
 * The files of a gzipped tar archive, in order.
 *
 * @throws MAESTRO_LOCAL_ARCHIVE if it is not a tar archive or is cut off
 */
export async function* tarFiles(archive: string): AsyncGenerator<TarFile> {
  const fail = failOf(archive)
  const packed = createReadStream(archive)
  const unpacked = packed.pipe(createGunzip())
  packed.once('error', (error) => unpacked.destroy(error))
  const reader = new BlockReader(unpacked, () => fail('it is cut off'))
  try {
    let longName: string | undefined
    for (let header = await reader.take(blockBytes); header !== undefined; header = await reader.take(blockBytes)) {
      // Two blocks of zeros end the archive.
      if (header[0] === 0) break
      const bytes = Number.parseInt(text(header, 124, 12), 8)
      if (Number.isNaN(bytes)) throw fail('it is not a tar archive')
      const padding = (blockBytes - (bytes % blockBytes)) % blockBytes
      const type = text(header, 156, 1)
      const name = longName ?? nameIn(header)
      longName = undefined
      if (type === 'x') {
        longName = /\d+ path=(.*)\n/.exec((await reader.take(bytes))?.toString() ?? '')?.[1]
        await reader.take(padding)
      } else {
        const content = reader.stream(bytes)
        if (type === '0' || type === '') yield { name, bytes, content }
        for await (const chunk of content) void chunk
        await reader.take(padding)
      }
    }
  } finally {
    packed.destroy()
    unpacked.destroy()
  }
}

function failOf(archive: string) {
  return (reason: string, cause?: unknown) => localError('MAESTRO_LOCAL_ARCHIVE', { archive, reason }, cause)
}

/** Reads a stream in pieces of given lengths. */
class BlockReader {
  readonly #chunks: AsyncIterator<Buffer>
  readonly #cutOff: () => Error
  #rest: Buffer = Buffer.alloc(0)

  constructor(from: Readable, cutOff: () => Error) {
    this.#chunks = from[Symbol.asyncIterator]()
    this.#cutOff = cutOff
  }

  /** The next bytes, of a given number; undefined at the end of the stream. */
  async take(length: number): Promise<Buffer | undefined> {
    const parts: Buffer[] = []
    for await (const part of this.stream(length, true)) parts.push(part)
    const taken = Buffer.concat(parts)
    return taken.length < length ? undefined : taken
  }

  /** A given number of bytes, as they arrive. */
  async *stream(length: number, endIsFine = false): AsyncGenerator<Buffer> {
    for (let left = length; left > 0; ) {
      if (this.#rest.length === 0) {
        const next = await this.#chunks.next()
        if (next.done === true) {
          if (endIsFine) return
          throw this.#cutOff()
        }
        this.#rest = next.value
      }
      const part = this.#rest.subarray(0, left)
      this.#rest = this.#rest.subarray(part.length)
      left -= part.length
      yield part
    }
  }
}

const text = (header: Buffer, at: number, length: number): string =>
  header
    .toString('utf8', at, at + length)
    .split('\0', 1)[0]
    ?.trim() ?? ''

function nameIn(header: Buffer): string {
  const prefix = text(header, 257, 5) === 'ustar' ? text(header, 345, 155) : ''
  return prefix === '' ? text(header, 0, 100) : `${prefix}/${text(header, 0, 100)}`
}

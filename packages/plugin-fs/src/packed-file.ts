import type { FileHandle } from 'node:fs/promises'
import type { Transform } from 'node:stream'
import { createGzip, createZstdCompress } from 'node:zlib'
import type { Compression } from './format.js'

/** Receives the content of a file piece by piece, compresses it if required, and writes it. */
export interface TextFile {
  /** Resolves when the next piece may come. @throws the error of the file system */
  write(bytes: Buffer): Promise<void>
  /** Writes the rest. */
  finish(): Promise<void>
  /** Stops without writing the rest. */
  abort(): void
}

export function openTextFile(file: FileHandle, compression: Compression): TextFile {
  if (compression === undefined) {
    return { write: (bytes) => file.appendFile(bytes), finish: async () => undefined, abort: () => undefined }
  }
  return new PackedFile(file, compression === 'gzip' ? createGzip() : createZstdCompress())
}

/** A file has only one compressed stream, because many programs read only the first of several. */
class PackedFile implements TextFile {
  readonly #packer: Transform
  readonly #written: Promise<void>

  constructor(file: FileHandle, packer: Transform) {
    this.#packer = packer
    this.#written = writeAll(packer, file)
    // `write` and `finish` report the error.
    this.#written.catch(() => undefined)
  }

  async write(bytes: Buffer): Promise<void> {
    // A compressor that is closed in the middle of a piece never reports that it has finished the piece.
    await new Promise<void>((resolve) => {
      const done = () => {
        this.#packer.off('close', done)
        resolve()
      }
      this.#packer.once('close', done)
      this.#packer.write(bytes, done)
    })
    // The compressor reports only that it was closed; the file knows the reason.
    if (this.#packer.destroyed) await this.#written
  }

  async finish(): Promise<void> {
    this.#packer.end()
    await this.#written
  }

  abort(): void {
    this.#packer.destroy()
  }
}

async function writeAll(chunks: AsyncIterable<Buffer>, file: FileHandle): Promise<void> {
  for await (const chunk of chunks) await file.appendFile(chunk)
}

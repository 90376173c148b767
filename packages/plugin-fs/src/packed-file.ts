import type { FileHandle } from 'node:fs/promises'
import type { Transform } from 'node:stream'
import { createGzip, createZstdCompress } from 'node:zlib'
import type { Compression } from './format.js'

/** Takes a file's text piece by piece, packs it if asked, and writes it. */
export interface TextFile {
  /** Resolves when the next piece may come. @throws what the file system says */
  write(text: string): Promise<void>
  /** Writes what is left. */
  finish(): Promise<void>
  /** Stops; what is left is not written. */
  abort(): void
}

export function openTextFile(file: FileHandle, compression: Compression): TextFile {
  if (compression === undefined) {
    return { write: (text) => file.appendFile(text), finish: async () => undefined, abort: () => undefined }
  }
  return new PackedFile(file, compression === 'gzip' ? createGzip() : createZstdCompress())
}

/** One packed stream per file: many programs read only the first when several follow each other. */
class PackedFile implements TextFile {
  readonly #packer: Transform
  readonly #written: Promise<void>

  constructor(file: FileHandle, packer: Transform) {
    this.#packer = packer
    this.#written = writeAll(packer, file)
    // Whoever writes or finishes hears of it.
    this.#written.catch(() => undefined)
  }

  async write(text: string): Promise<void> {
    // A packer that is closed in the middle of a piece never says that it is done with it.
    await new Promise<void>((resolve) => {
      const done = () => {
        this.#packer.off('close', done)
        resolve()
      }
      this.#packer.once('close', done)
      this.#packer.write(text, done)
    })
    // It only says that it was closed; why, the file knows.
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

import { randomUUID } from 'node:crypto'
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { crc32 } from 'node:zlib'
import { textError } from '../errors.js'
import { signatureBytes, signatureLength } from './min-hash.js'

const magic = 'maestro text index 1'
/** The longest first line, and the longest id of a row, in bytes. */
const [longestHead, longestId] = [1000, 16 * 1024 * 1024]
/** How many bytes are read or written at once, so that memory stays small for any number of texts. */
const pieceBytes = 1024 * 1024

/** What two indexes must have in common to be compared. */
export interface IndexSettings {
  readonly words: number
}

/** A text of an earlier run. */
export interface IndexedText {
  readonly id: string
  readonly signature: Uint32Array
}

/**
 * The texts of earlier runs. The file has a line with its settings and the checksum of the rest, and then for each text
 * the length of its id, its id, and its signature. The texts are read one after the other and never held all at once.
 *
 * @param shown The path for messages. @throws MAESTRO_TEXT_INDEX
 */
export async function* readTextIndex(
  path: string,
  shown: string,
  settings: IndexSettings,
): AsyncGenerator<IndexedText> {
  const unusable = (reason: string) => textError('MAESTRO_TEXT_INDEX', { path: shown, reason })
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw textError('MAESTRO_TEXT_INDEX', { path: shown, reason: error.message }, error)
  })
  if (file === undefined) return
  try {
    const pieces = new Pieces(file)
    const head = readHead(await pieces.line())
    if (head === undefined) throw unusable('it is not an index of texts.')
    if (head.words !== settings.words)
      throw unusable(`it was made with \`words: ${head.words}\`, and this step has \`words: ${settings.words}\`.`)
    let checksum = 0
    const take = async (length: number) => {
      const bytes = length > longestId ? undefined : await pieces.take(length)
      if (bytes === undefined) throw unusable('it is damaged.')
      checksum = crc32(bytes, checksum)
      return bytes
    }
    while (!(await pieces.hasEnded())) {
      const id = (await take((await take(4)).readUInt32LE())).toString('utf8')
      const signature = new Uint32Array(signatureLength)
      Buffer.from(signature.buffer).set(await take(signatureBytes))
      yield { id, signature }
    }
    if (checksum !== head.checksum) throw unusable('it is damaged.')
  } catch (error) {
    throw fileError(shown, error)
  } finally {
    await file.close()
  }
}

/** What is said if the system refuses something; other errors stay as they are. */
function fileError(shown: string, error: unknown): unknown {
  return error instanceof Error && 'syscall' in error
    ? textError('MAESTRO_TEXT_INDEX', { path: shown, reason: error.message }, error)
    : error
}

/** Reads a file from its beginning, some bytes after the other. */
class Pieces {
  readonly #file: FileHandle
  #bytes = Buffer.alloc(0)

  constructor(file: FileHandle) {
    this.#file = file
  }

  /** The first line; an empty text if there is none. */
  async line(): Promise<string> {
    await this.#fill(longestHead)
    const end = this.#bytes.subarray(0, longestHead).indexOf(10)
    const line = this.#bytes.toString('utf8', 0, Math.max(0, end))
    this.#bytes = this.#bytes.subarray(end + 1)
    return line
  }

  async hasEnded(): Promise<boolean> {
    return !(await this.#fill(1))
  }

  /** @returns undefined if the file ends before */
  async take(length: number): Promise<Buffer | undefined> {
    if (!(await this.#fill(length))) return undefined
    const taken = this.#bytes.subarray(0, length)
    this.#bytes = this.#bytes.subarray(length)
    return taken
  }

  /** @returns whether there are as many bytes */
  async #fill(length: number): Promise<boolean> {
    while (this.#bytes.length < length) {
      const { bytesRead, buffer } = await this.#file.read(Buffer.allocUnsafe(pieceBytes), 0, pieceBytes)
      if (bytesRead === 0) return false
      this.#bytes = Buffer.concat([this.#bytes, buffer.subarray(0, bytesRead)])
    }
    return true
  }
}

function readHead(line: string): (IndexSettings & { readonly checksum: number }) | undefined {
  try {
    const head: unknown = JSON.parse(line)
    if (typeof head !== 'object' || head === null || !('format' in head) || head.format !== magic) return undefined
    const { words, checksum } = head as unknown as Record<string, unknown>
    return typeof words === 'number' && typeof checksum === 'number' ? { words, checksum } : undefined
  } catch {
    return undefined
  }
}

/** Replaces an index in one step, so that a crash leaves the old one or the new one. @throws MAESTRO_TEXT_INDEX */
export async function writeTextIndex(
  path: string,
  shown: string,
  settings: IndexSettings,
  texts: AsyncIterable<IndexedText>,
): Promise<void> {
  const written = `${path}.${randomUUID()}.tmp`
  let file: FileHandle | undefined
  try {
    await mkdir(dirname(path), { recursive: true })
    file = await open(written, 'wx', 0o600)
    await writeTexts(file, settings, texts)
    await file.sync()
    await file.close()
    await rename(written, path)
  } catch (error) {
    await file?.close().catch(() => undefined)
    await rm(written, { force: true })
    throw fileError(shown, error)
  }
}

async function writeTexts(file: FileHandle, settings: IndexSettings, texts: AsyncIterable<IndexedText>): Promise<void> {
  // The checksum is known at the end, and its line has the same length then.
  const head = (checksum: number) =>
    Buffer.from(`${JSON.stringify({ format: magic, ...settings, checksum }).padEnd(100)}\n`)
  let checksum = 0
  let position = head(0).length
  let pieces: Buffer[] = []
  let size = 0
  const flush = async () => {
    const bytes = Buffer.concat(pieces)
    checksum = crc32(bytes, checksum)
    ;[pieces, size] = [[], 0]
    for (let done = 0; done < bytes.length; )
      done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten
    position += bytes.length
  }
  for await (const { id, signature } of texts) {
    const name = Buffer.from(id)
    const length = Buffer.alloc(4)
    length.writeUInt32LE(name.length)
    pieces.push(length, name, Buffer.from(signature.buffer, signature.byteOffset, signature.byteLength))
    size += 4 + name.length + signature.byteLength
    if (size >= pieceBytes) await flush()
  }
  await flush()
  await file.write(head(checksum), 0, undefined, 0)
}

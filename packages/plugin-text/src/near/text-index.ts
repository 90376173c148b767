import { randomUUID } from 'node:crypto'
import { type FileHandle, mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { crc32 } from 'node:zlib'
import { textError } from '../errors.js'
import { signatureBytes, signatureLength } from './min-hash.js'

const magic = 'maestro text index 1'

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
 * Reads the texts of earlier runs. The file has a line with its settings and the checksum of the rest, and then for each
 * text the length of its id, its id, and its signature.
 *
 * @param shown The path for messages. @returns nothing if there is no such file @throws MAESTRO_TEXT_INDEX
 */
export async function readTextIndex(
  path: string,
  shown: string,
  settings: IndexSettings,
): Promise<readonly IndexedText[]> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw textError('MAESTRO_TEXT_INDEX', { path: shown, reason: error.message }, error)
  })
  if (bytes === undefined) return []
  const unusable = (reason: string) => textError('MAESTRO_TEXT_INDEX', { path: shown, reason })
  const end = bytes.subarray(0, 1000).indexOf(10)
  const head = readHead(bytes.toString('utf8', 0, Math.max(0, end)))
  if (head === undefined) throw unusable('it is not an index of texts.')
  if (head.words !== settings.words)
    throw unusable(`it was made with \`words: ${head.words}\`, and this step has \`words: ${settings.words}\`.`)
  const body = bytes.subarray(end + 1)
  if (crc32(body) !== head.checksum) throw unusable('it is damaged.')
  const texts: IndexedText[] = []
  for (let at = 0; at < body.length; ) {
    const start = at + 4
    const next = start + body.readUInt32LE(at)
    const signature = new Uint32Array(signatureLength)
    Buffer.from(signature.buffer).set(body.subarray(next, next + signatureBytes))
    texts.push({ id: body.toString('utf8', start, next), signature })
    at = next + signatureBytes
  }
  return texts
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
  texts: Iterable<IndexedText>,
): Promise<void> {
  const pieces: Buffer[] = []
  let checksum = 0
  for (const { id, signature } of texts) {
    const name = Buffer.from(id)
    const length = Buffer.alloc(4)
    length.writeUInt32LE(name.length)
    const bytes = Buffer.from(signature.buffer, signature.byteOffset, signature.byteLength)
    for (const piece of [length, name, bytes]) {
      pieces.push(piece)
      checksum = crc32(piece, checksum)
    }
  }
  const written = `${path}.${randomUUID()}.tmp`
  let file: FileHandle | undefined
  try {
    await mkdir(dirname(path), { recursive: true })
    file = await open(written, 'wx', 0o600)
    await file.writeFile(
      Buffer.concat([Buffer.from(`${JSON.stringify({ format: magic, ...settings, checksum })}\n`), ...pieces]),
    )
    await file.sync()
    await file.close()
    await rename(written, path)
  } catch (error) {
    await file?.close().catch(() => undefined)
    await rm(written, { force: true })
    throw textError('MAESTRO_TEXT_INDEX', { path: shown, reason: (error as Error).message }, error)
  }
}

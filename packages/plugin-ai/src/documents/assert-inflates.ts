import { promisify } from 'node:util'
import { inflateRaw } from 'node:zlib'
import { aiError } from '../errors.js'

const inflate = promisify(inflateRaw)

/** A file in a zip archive. */
interface ZipEntry {
  readonly method: number
  readonly packed: number
  readonly inflated: number
  readonly offset: number
}

const deflated = 8
const endMark = 0x06054b50
const entryMark = 0x02014b50
const localMark = 0x04034b50
const endBytes = 22
const longestComment = 0xffff

/**
 * Checks that the unpacked size of an archive does not exceed a limit. It checks the stated and the actual size,
 * because a small file may expand to gigabytes and state a wrong size.
 *
 * @throws MAESTRO_AI_DOCUMENT_INFLATES, MAESTRO_AI_DOCUMENT_DAMAGED
 */
export async function assertInflates(
  bytes: Uint8Array,
  { name, maxInflatedSize }: { readonly name: string; readonly maxInflatedSize: number },
): Promise<void> {
  const archive = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const tooMuch = () => aiError('MAESTRO_AI_DOCUMENT_INFLATES', { document: name, limit: maxInflatedSize })
  const damaged = (reason: string, cause?: unknown) =>
    aiError('MAESTRO_AI_DOCUMENT_DAMAGED', { document: name, format: 'docx', reason }, cause)
  const end = findEnd(archive)
  // Readers use the second directory of such archives, which may name other files than the first one.
  if (end !== undefined && isZip64(archive, end)) throw damaged('it is a Zip64 archive, which is not supported')
  const entries = end === undefined ? undefined : readEntries(archive, end)
  if (entries === undefined) throw damaged('its list of files is missing')
  if (entries.reduce((sum, { inflated }) => sum + inflated, 0) > maxInflatedSize) throw tooMuch()
  let left = maxInflatedSize
  for (const { method, packed, offset } of entries) {
    const start = dataStart(archive, offset)
    if (start === undefined || start + packed > archive.length) throw damaged('one of its files is truncated')
    if (method !== deflated) {
      left -= packed
      if (left < 0) throw tooMuch()
      continue
    }
    try {
      left -= (await inflate(archive.subarray(start, start + packed), { maxOutputLength: Math.max(1, left) })).length
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooMuch()
      throw damaged((error as Error).message, error)
    }
  }
}

/** Whether a field refers to a second directory for its value. */
function isZip64(archive: Buffer, end: number): boolean {
  const isFull = (field: number) => archive.readUInt16LE(end + field) === 0xffff
  return [4, 6, 8, 10].some(isFull) || [12, 16].some((field) => isFull(field) && isFull(field + 2))
}

/** The files in the central directory of an archive; undefined if there is no directory. */
function readEntries(archive: Buffer, end: number): readonly ZipEntry[] | undefined {
  let at = archive.readUInt32LE(end + 16)
  const entries: ZipEntry[] = []
  // Like other readers, this follows the actual entries, because their stated number may be wrong.
  while (at + 46 <= archive.length && archive.readUInt32LE(at) === entryMark) {
    entries.push({
      method: archive.readUInt16LE(at + 10),
      packed: archive.readUInt32LE(at + 20),
      inflated: archive.readUInt32LE(at + 24),
      offset: archive.readUInt32LE(at + 42),
    })
    at += 46 + archive.readUInt16LE(at + 28) + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32)
  }
  return entries.length === 0 ? undefined : entries
}

function findEnd(archive: Buffer): number | undefined {
  const first = Math.max(0, archive.length - endBytes - longestComment)
  for (let at = archive.length - endBytes; at >= first; at--) if (archive.readUInt32LE(at) === endMark) return at
  return undefined
}

/** The offset of a file's bytes: after its local header, whose length the directory does not contain. */
function dataStart(archive: Buffer, offset: number): number | undefined {
  if (offset + 30 > archive.length || archive.readUInt32LE(offset) !== localMark) return undefined
  return offset + 30 + archive.readUInt16LE(offset + 26) + archive.readUInt16LE(offset + 28)
}

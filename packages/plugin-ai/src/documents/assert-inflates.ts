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
 * Checks that an archive does not grow beyond a bound, by what it says and by what it does: a small file may hold
 * gigabytes, and lie about it.
 *
 * @throws MAESTRO_AI_DOCUMENT_INFLATES, MAESTRO_AI_DOCUMENT_DAMAGED
 */
export async function assertInflates(
  bytes: Uint8Array,
  { name, maxInflatedBytes }: { readonly name: string; readonly maxInflatedBytes: number },
): Promise<void> {
  const archive = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const tooMuch = () => aiError('MAESTRO_AI_DOCUMENT_INFLATES', { document: name, limit: maxInflatedBytes })
  const damaged = (reason: string, cause?: unknown) =>
    aiError('MAESTRO_AI_DOCUMENT_DAMAGED', { document: name, format: 'docx', reason }, cause)
  const entries = readEntries(archive)
  if (entries === undefined) throw damaged('its list of files is missing')
  if (entries.reduce((sum, { inflated }) => sum + inflated, 0) > maxInflatedBytes) throw tooMuch()
  let left = maxInflatedBytes
  for (const { method, packed, offset } of entries) {
    const start = dataStart(archive, offset)
    if (start === undefined || start + packed > archive.length) throw damaged('a file in it is cut off')
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

/** The files that the list at the end of an archive names; undefined where there is no such list. */
function readEntries(archive: Buffer): readonly ZipEntry[] | undefined {
  const end = findEnd(archive)
  if (end === undefined) return undefined
  const count = archive.readUInt16LE(end + 10)
  let at = archive.readUInt32LE(end + 16)
  const entries: ZipEntry[] = []
  for (let index = 0; index < count; index++) {
    if (at + 46 > archive.length || archive.readUInt32LE(at) !== entryMark) return undefined
    entries.push({
      method: archive.readUInt16LE(at + 10),
      packed: archive.readUInt32LE(at + 20),
      inflated: archive.readUInt32LE(at + 24),
      offset: archive.readUInt32LE(at + 42),
    })
    at += 46 + archive.readUInt16LE(at + 28) + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32)
  }
  return entries
}

function findEnd(archive: Buffer): number | undefined {
  const first = Math.max(0, archive.length - endBytes - longestComment)
  for (let at = archive.length - endBytes; at >= first; at--) if (archive.readUInt32LE(at) === endMark) return at
  return undefined
}

/** Where the bytes of a file begin: behind its own head, whose length the list does not tell. */
function dataStart(archive: Buffer, offset: number): number | undefined {
  if (offset + 30 > archive.length || archive.readUInt32LE(offset) !== localMark) return undefined
  return offset + 30 + archive.readUInt16LE(offset + 26) + archive.readUInt16LE(offset + 28)
}

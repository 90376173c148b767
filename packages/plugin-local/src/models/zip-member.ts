import { createReadStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { createInflateRaw } from 'node:zlib'
import { localError } from '../errors.js'
import type { FetchOptions } from './model-source.js'
import { streamToFile } from './stream-to-file.js'

// PKWARE's APPNOTE.TXT, 4.3: the end record points to the directory, whose entry points to the member.
const endSignature = 0x06054b50
const entrySignature = 0x02014b50
const localSignature = 0x04034b50
const endBytes = 22
const entryBytes = 46
const localBytes = 30
/** A comment of at most 65535 bytes may follow the end record. */
const tailBytes = endBytes + 0xffff
const methods = { 0: 'stored', 8: 'deflated' } as const

interface Member {
  readonly method: number
  readonly packedBytes: number
  readonly bytes: number
  readonly offset: number
}

/**
 * Extracts one file of a zip archive (a wheel, a jar) of less than 4 GB.
 *
 * @throws MAESTRO_LOCAL_ARCHIVE if it is not a zip archive, is cut off, or lacks the member
 */
export async function extractZipMember(
  archive: string,
  member: string,
  target: string,
  options: FetchOptions = {},
): Promise<void> {
  const fail = (reason: string) => localError('MAESTRO_LOCAL_ARCHIVE', { archive, reason })
  const file = await open(archive)
  try {
    const found = findMember(await readDirectory(file, fail), member)
    if (found === undefined) throw fail(`${member} is not in it`)
    if (!(found.method in methods)) throw fail(`${member} is packed by an unknown method (${found.method})`)
    const local = await readAt(file, found.offset, localBytes)
    if (local.length < localBytes || local.readUInt32LE(0) !== localSignature) throw fail('it is damaged')
    const start = found.offset + localBytes + local.readUInt16LE(26) + local.readUInt16LE(28)
    if (found.packedBytes === 0) {
      await streamToFile(Readable.from([]), target, options, 0)
      return
    }
    const packed = createReadStream(archive, { start, end: start + found.packedBytes - 1 })
    const unpacked = found.method === 0 ? packed : packed.pipe(createInflateRaw())
    packed.once('error', (error) => unpacked.destroy(error))
    await streamToFile(unpacked, target, options, found.bytes)
  } finally {
    await file.close()
  }
}

async function readDirectory(file: FileHandle, fail: (reason: string) => Error): Promise<Buffer> {
  const { size } = await file.stat()
  const tail = await readAt(file, Math.max(0, size - tailBytes), Math.min(size, tailBytes))
  const signature = Buffer.alloc(4)
  signature.writeUInt32LE(endSignature)
  const end = tail.lastIndexOf(signature)
  if (end < 0 || end + endBytes > tail.length)
    throw fail('it has no end record: it is not a zip archive, or it is cut off')
  const bytes = tail.readUInt32LE(end + 12)
  const offset = tail.readUInt32LE(end + 16)
  if (offset === 0xffffffff || bytes === 0xffffffff) throw fail('it is a zip64 archive, which is not supported')
  if (offset + bytes > size) throw fail('its directory lies outside the file: it is cut off')
  return readAt(file, offset, bytes)
}

function findMember(directory: Buffer, member: string): Member | undefined {
  for (let at = 0; at + entryBytes <= directory.length && directory.readUInt32LE(at) === entrySignature; ) {
    const nameBytes = directory.readUInt16LE(at + 28)
    if (directory.toString('utf8', at + entryBytes, at + entryBytes + nameBytes) === member)
      return {
        method: directory.readUInt16LE(at + 10),
        packedBytes: directory.readUInt32LE(at + 20),
        bytes: directory.readUInt32LE(at + 24),
        offset: directory.readUInt32LE(at + 42),
      }
    at += entryBytes + nameBytes + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32)
  }
  return undefined
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length)
  const { bytesRead } = await file.read(buffer, 0, length, position)
  return buffer.subarray(0, bytesRead)
}

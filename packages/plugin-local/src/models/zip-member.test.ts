import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32, deflateRawSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { extractZipMember } from './zip-member.js'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'maestro-zip-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** A zip archive as PKWARE's notes describe it. */
function zip(members: Record<string, { content: Buffer; method?: 0 | 8 | 12 }>, comment = ''): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const [name, { content, method = 8 }] of Object.entries(members)) {
    const packed = method === 8 ? deflateRawSync(content) : content
    const local = Buffer.alloc(30)
    local.writeUInt32LE(0x04034b50)
    local.writeUInt16LE(method, 8)
    local.writeUInt32LE(crc32(content), 14)
    local.writeUInt32LE(packed.length, 18)
    local.writeUInt32LE(content.length, 22)
    local.writeUInt16LE(Buffer.byteLength(name), 26)
    // An extra field here that the directory does not have, as real archives do.
    local.writeUInt16LE(4, 28)
    const entry = Buffer.alloc(46)
    entry.writeUInt32LE(0x02014b50)
    entry.writeUInt16LE(method, 10)
    entry.writeUInt32LE(crc32(content), 16)
    entry.writeUInt32LE(packed.length, 20)
    entry.writeUInt32LE(content.length, 24)
    entry.writeUInt16LE(Buffer.byteLength(name), 28)
    entry.writeUInt32LE(offset, 42)
    directory.push(entry, Buffer.from(name))
    const member = Buffer.concat([local, Buffer.from(name), Buffer.alloc(4), packed])
    parts.push(member)
    offset += member.length
  }
  const list = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50)
  end.writeUInt32LE(list.length, 12)
  end.writeUInt32LE(offset, 16)
  end.writeUInt16LE(comment.length, 20)
  return Buffer.concat([...parts, list, end, Buffer.from(comment)])
}

const large = Buffer.from('0123456789abcdef'.repeat(50_000))
const members = {
  'readme.txt': { content: Buffer.from('not this one') },
  'a/model.gguf': { content: large },
  'a/stored.gguf': { content: large, method: 0 as const },
  'empty.txt': { content: Buffer.alloc(0), method: 0 as const },
  'lzma.bin': { content: Buffer.from('x'), method: 12 as const },
}

async function extract(archive: Buffer, member: string): Promise<Buffer> {
  const path = join(folder, 'archive.zip')
  const target = join(folder, 'target')
  await writeFile(path, archive)
  await extractZipMember(path, member, target)
  return readFile(target)
}

describe('extractZipMember', () => {
  test.each(['a/model.gguf', 'a/stored.gguf'])('takes out %s, deflated or stored', async (member) => {
    expect((await extract(zip(members), member)).equals(large)).toBe(true)
  })

  test('an empty member, and an archive with a comment behind its end record', async () => {
    expect(await extract(zip(members, 'made for a test'), 'empty.txt')).toHaveLength(0)
    expect(String(await extract(zip(members, 'made for a test'), 'readme.txt'))).toBe('not this one')
  })

  test.each([
    ['a member that is not in it', zip(members), 'a/other.gguf', 'a/other.gguf is not in it'],
    ['a method that is not known', zip(members), 'lzma.bin', 'packed by an unknown method (12)'],
    ['a text', Buffer.from('<html>no such package</html>'), 'x', 'it has no end record'],
    ['nothing at all', Buffer.alloc(0), 'x', 'it has no end record'],
    ['an archive that was cut off', zip(members).subarray(0, 2000), 'readme.txt', 'it has no end record'],
    ['an archive without its beginning', zip(members).subarray(-300), 'readme.txt', 'it is cut off'],
  ])('%s is a clear error', async (_, archive, member, reason) => {
    await expect(extract(archive, member)).rejects.toMatchObject({
      code: 'MAESTRO_LOCAL_ARCHIVE',
      message: expect.stringContaining(reason),
    })
  })
})

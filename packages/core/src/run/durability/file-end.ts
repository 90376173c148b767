import { copyFile, type FileHandle, open, rename, truncate } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import { syncName } from './sync-folder.js'

/** The committed part of a file: its length, and the CRC32 of its content. */
export interface FileEnd {
  readonly bytes: number
  readonly crc32: number
}

const readAtOnce = 1 << 20

/** The beginning of a file, as far as it is there; undefined if the file is missing. */
export async function beginningOf(path: string, bytes?: number): Promise<FileEnd | undefined> {
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (file === undefined) return undefined
  try {
    return await readEnd(file, bytes)
  } finally {
    await file.close()
  }
}

/** Reads a file as far as a length, if it is as long. One buffer takes all parts: a large file leaves no garbage. */
export async function readEnd(file: FileHandle, most = Number.POSITIVE_INFINITY): Promise<FileEnd> {
  const buffer = Buffer.allocUnsafeSlow(Math.min(readAtOnce, most))
  let bytes = 0
  let sum = 0
  while (bytes < most) {
    const { bytesRead } = await file.read(buffer, 0, Math.min(readAtOnce, most - bytes), bytes)
    if (bytesRead === 0) break
    sum = crc32(buffer.subarray(0, bytesRead), sum)
    bytes += bytesRead
  }
  return { bytes, crc32: sum }
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

import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'

/** The number of bytes at each end of a file that identify it. */
const endBytes = 1 << 16
const chunkBytes = 1 << 20

/**
 * Identifies the content of a file by its size, its time of change, and a hash of its beginning and end. A change in the
 * middle that keeps the size and the time is found only with a full hash.
 */
export async function identifyFile(path: string, isFull: boolean): Promise<string> {
  const file = await open(path, 'r')
  try {
    const { size, mtimeNs } = await file.stat({ bigint: true })
    const bytes = Number(size)
    if (isFull) return `${size} ${await hashOf(file, [[0, bytes]])}`
    const end = Math.max(endBytes, bytes - endBytes)
    return `${size} ${mtimeNs} ${await hashOf(file, [
      [0, endBytes],
      [end, bytes],
    ])}`
  } finally {
    await file.close()
  }
}

async function hashOf(file: FileHandle, ranges: readonly (readonly [start: number, end: number])[]): Promise<string> {
  const hash = createHash('sha256')
  for (const [start, end] of ranges) {
    for (let at = start; at < end; ) {
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(Math.min(chunkBytes, end - at)), {
        position: at,
      })
      if (bytesRead === 0) break
      hash.update(buffer.subarray(0, bytesRead))
      at += bytesRead
    }
  }
  return hash.digest('hex').slice(0, 32)
}

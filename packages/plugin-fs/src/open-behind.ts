import { createReadStream, existsSync } from 'node:fs'
import { copyFile, type FileHandle, open, rename, truncate } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import { maestroError } from '@maestro-dataflow/core'
import type { Destination } from './places/place.js'

/**
 * Opens a file to append behind its first bytes, after it has compared them. What follows them is removed.
 *
 * @param settings `isShared`: whether a process that may still run has the file open. It then keeps a file without a
 *   name.
 * @throws MAESTRO_RUN_OUTPUT_LOST if the file does not begin with these bytes
 */
export async function openBehind(
  path: string,
  { bytes, crc32: expected }: { readonly bytes: number; readonly crc32: number },
  { isShared }: { readonly isShared: boolean },
  { shown }: Pick<Destination, 'shown'>,
): Promise<FileHandle> {
  if (!existsSync(path)) throw maestroError('MAESTRO_RUN_OUTPUT_LOST', { output: shown })
  let length = 0
  let sum = 0
  if (bytes > 0) {
    const beginning = createReadStream(path, { end: bytes - 1, highWaterMark: 1 << 20 })
    for await (const chunk of beginning as AsyncIterable<Buffer>) {
      sum = crc32(chunk, sum)
      length += chunk.length
    }
  }
  if (length !== bytes || sum !== expected) throw maestroError('MAESTRO_RUN_OUTPUT_LOST', { output: shown })
  if (isShared) {
    await copyFile(path, `${path}.copy`)
    await rename(`${path}.copy`, path)
  }
  await truncate(path, bytes)
  return open(path, 'a')
}

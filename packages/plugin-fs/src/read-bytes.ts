import { createReadStream } from 'node:fs'
import { pipeline, type Readable } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import type { Compression } from './format.js'
import { zstdFrames } from './zstd-frames.js'

const chunkBytes = 1 << 18

/**
 * The bytes of a file in large chunks, decompressed. `counted` receives the number of bytes of the file itself.
 *
 * @param start The number of bytes to skip, in a file that is not compressed.
 */
export function readBytes(
  path: string,
  compression: Compression,
  counted: (bytes: number) => void = () => undefined,
  start = 0,
): AsyncIterable<Buffer> {
  const file = createReadStream(path, { highWaterMark: chunkBytes, start })
  if (compression === undefined) return count(file, counted)
  // The reader of the last stream gets every error. The pipeline closes the file when reading stops early.
  const counter = (chunks: Readable) => count(chunks, counted)
  const ignore = () => undefined
  if (compression === 'gzip') return pipeline(file, counter, createGunzip({ chunkSize: chunkBytes }), ignore)
  return pipeline(file, counter, zstdFrames, createZstdDecompress({ chunkSize: chunkBytes }), ignore)
}

async function* count(chunks: AsyncIterable<Buffer>, counted: (bytes: number) => void): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    counted(chunk.length)
    yield chunk
  }
}

import { pipeline, Readable } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import type { Compression } from './format.js'
import { asText } from './other-content.js'
import type { StoredFile } from './places/stored-file.js'
import { zstdFrames } from './zstd-frames.js'

const chunkBytes = 1 << 18

/**
 * The bytes of a file of text in large chunks, decompressed. `counted` receives the number of bytes of the file itself.
 *
 * @param start The number of bytes to skip, in a file that is not compressed.
 * @param lent Whether the caller is done with each chunk when it asks for the next one.
 * @throws MAESTRO_FS_CONTENT for a file that holds no text
 */
export function readBytes(
  file: Pick<StoredFile, 'stream' | 'lend'>,
  compression: Compression,
  counted: (bytes: number) => void = () => undefined,
  start = 0,
  lent = false,
): AsyncIterable<Buffer> {
  const bytes = plainBytes(file, compression, counted, start, lent)
  return start === 0 ? asText(bytes) : bytes
}

function plainBytes(
  file: Pick<StoredFile, 'stream' | 'lend'>,
  compression: Compression,
  counted: (bytes: number) => void,
  start: number,
  lent: boolean,
): AsyncIterable<Buffer> {
  if (lent && compression === undefined && file.lend !== undefined) return count(file.lend(start), counted)
  const bytes = file.stream({ start })
  if (compression === undefined) return count(bytes, counted)
  // The reader of the last stream gets every error. The pipeline closes the file when reading stops early.
  const packed = Readable.from(count(bytes, counted), { objectMode: false })
  const ignore = () => undefined
  if (compression === 'gzip') return pipeline(packed, createGunzip({ chunkSize: chunkBytes }), ignore)
  return pipeline(packed, zstdFrames, createZstdDecompress({ chunkSize: chunkBytes }), ignore)
}

async function* count(chunks: AsyncIterable<Buffer>, counted: (bytes: number) => void): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    counted(chunk.length)
    yield chunk
  }
}

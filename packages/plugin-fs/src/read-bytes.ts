import { createReadStream } from 'node:fs'
import type { Readable } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import type { Compression } from './format.js'

const chunkBytes = 1 << 18

/** A file's bytes in big chunks, unpacked. */
export function readBytes(path: string, compression: Compression, counted: (bytes: number) => void): Readable {
  const file = createReadStream(path, { highWaterMark: chunkBytes })
  file.on('data', (chunk) => counted(chunk.length))
  if (compression === undefined) return file
  const unpack =
    compression === 'gzip' ? createGunzip({ chunkSize: chunkBytes }) : createZstdDecompress({ chunkSize: chunkBytes })
  file.on('error', (error) => unpack.destroy(error))
  return file.pipe(unpack)
}

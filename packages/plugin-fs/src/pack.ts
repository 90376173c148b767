import { promisify } from 'node:util'
import { gzip, zstdCompress } from 'node:zlib'
import type { Compression } from './format.js'

const packGzip = promisify(gzip)
const packZstd = promisify(zstdCompress)

/** Packs a stretch of text. Both formats may be joined from pieces, so that each stretch is packed by itself. */
export async function pack(text: string, compression: Compression): Promise<string | Buffer> {
  if (compression === undefined) return text
  return compression === 'gzip' ? packGzip(text) : packZstd(text)
}

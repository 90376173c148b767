import {
  brotliCompressSync,
  brotliDecompressSync,
  gunzipSync,
  gzipSync,
  zstdCompressSync,
  zstdDecompressSync,
} from 'node:zlib'

import { unreadable } from '../unreadable.js'

type Decompress = (packed: Uint8Array, length: number) => Uint8Array

/** Unpacks a page. A page that is larger than its header says ends with an error, so that it cannot fill the memory. */
const bounded =
  (unpack: (packed: Uint8Array, options: { readonly maxOutputLength: number }) => Uint8Array): Decompress =>
  (packed, length) =>
    unpack(packed, { maxOutputLength: Math.max(1, length) })

/** The compressions of Parquet that Node.js reads. The reader itself reads Snappy. */
export const decompressors: Readonly<Record<string, Decompress>> = {
  GZIP: bounded(gunzipSync),
  BROTLI: bounded(brotliDecompressSync),
  ZSTD: bounded(zstdDecompressSync),
  LZ4_RAW: unpackLz4,
}

/** The compressions of Parquet that are written besides Snappy. */
export const compressors: Readonly<Record<string, (bytes: Uint8Array) => Uint8Array>> = {
  GZIP: (bytes) => gzipSync(bytes),
  BROTLI: (bytes) => brotliCompressSync(bytes),
  ZSTD: (bytes) => zstdCompressSync(bytes),
}

/** Unpacks one block of LZ4, which is all there is. */
function unpackLz4(packed: Uint8Array, length: number): Uint8Array {
  const output = new Uint8Array(length)
  if (unpackLz4Block(packed, output, 0) !== length) throw unreadable('an LZ4 block is damaged')
  return output
}

/**
 * Unpacks one block of LZ4: literals, each followed by a copy of earlier bytes.
 *
 * @param start Where the block begins in the output. @returns where it ends
 */
export function unpackLz4Block(packed: Uint8Array, output: Uint8Array, start: number): number {
  const { length } = output
  let [from, to] = [0, start]
  const fail = () => unreadable('an LZ4 block is damaged')
  const next = (): number => {
    const byte = packed[from++]
    if (byte === undefined) throw fail()
    return byte
  }
  const extended = (start: number): number => {
    let total = start
    if (start < 15) return total
    for (let more = 255; more === 255; total += more) more = next()
    return total
  }
  while (from < packed.length) {
    const token = next()
    const literals = extended(token >> 4)
    if (from + literals > packed.length || to + literals > length) throw fail()
    output.set(packed.subarray(from, from + literals), to)
    from += literals
    to += literals
    if (from >= packed.length) break
    const distance = next() | (next() << 8)
    const copied = extended(token & 15) + 4
    if (distance === 0 || distance > to || to + copied > length) throw fail()
    for (let index = 0; index < copied; index++, to++) output[to] = output[to - distance] ?? 0
  }
  return to
}

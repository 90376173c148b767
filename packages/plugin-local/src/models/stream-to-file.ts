import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { FetchOptions } from './model-source.js'

/** Writes a stream to a file, reports the progress, and returns the sha256 of what was written. */
export async function streamToFile(
  from: Readable,
  target: string,
  { signal, onProgress }: FetchOptions = {},
  bytesTotal?: number,
): Promise<string> {
  const hash = createHash('sha256')
  let bytesDone = 0
  const observed = async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      hash.update(chunk)
      bytesDone += chunk.length
      onProgress?.(bytesDone, bytesTotal)
      yield chunk
    }
  }
  const options = signal === undefined ? {} : { signal }
  await pipeline(from, observed, createWriteStream(target, { flush: true }), options)
  return hash.digest('hex')
}

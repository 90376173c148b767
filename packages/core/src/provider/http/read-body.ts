import { isUtf8 } from 'node:buffer'
import { pipeline, type Readable, Transform } from 'node:stream'
import { gunzipSync } from 'node:zlib'
import { maestroError } from '../../errors/error-table.js'
import { isGzip } from './decoded-body.js'
import { inSmallGroups } from './in-small-groups.js'
import type { HttpReply } from './send-http.js'

/** Limits of reading a body. */
export interface BodyBounds {
  /** The maximum bytes after decompression. @default 256 MiB */
  readonly maxBytes?: number
}

type Body = Pick<HttpReply, 'url' | 'body'>

const defaultMaxBytes = 256 * 1024 * 1024

/** Reads all bytes of a body. @throws MAESTRO_HTTP_TOO_LARGE; the error of the connection */
export function readBytes({ url, body }: Body, { maxBytes = defaultMaxBytes }: BodyBounds = {}): Promise<Buffer> {
  // Uses events, because iterating over a stream costs more than the rest of the request.
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = []
    let bytes = 0
    body
      .on('data', (piece: Buffer) => {
        bytes += piece.byteLength
        if (bytes > maxBytes) body.destroy(tooLarge(url, maxBytes))
        else pieces.push(piece)
      })
      .on('end', () => inSmallGroups(() => resolve(Buffer.concat(pieces))))
      .on('error', reject)
  })
}

/** Reads a body as text. @throws like readBytes */
export async function readText(reply: Body, bounds?: BodyBounds): Promise<string> {
  return new TextDecoder().decode(inUtf8(await readBytes(reply, bounds), ''))
}

/**
 * The bytes of a text in UTF-8. Other encodings are known by a byte order mark, or by the charset of the content type if
 * the bytes are not UTF-8, because servers name the wrong one too.
 */
export function inUtf8(given: Buffer, contentType: string): Uint8Array<ArrayBuffer> {
  const bytes = unzipped(given)
  const charset = charsetOf(bytes, contentType)
  if (charset === undefined) return new Uint8Array(bytes)
  try {
    return new TextEncoder().encode(new TextDecoder(charset).decode(bytes))
  } catch {
    // Nobody knows an encoding of this name.
    return new Uint8Array(bytes)
  }
}

/** No text begins like this: a proxy has removed the name of the compression. */
function unzipped(bytes: Buffer): Buffer {
  if (!isGzip(bytes)) return bytes
  try {
    return gunzipSync(bytes, { maxOutputLength: defaultMaxBytes })
  } catch {
    return bytes
  }
}

function charsetOf(bytes: Buffer, contentType: string): string | undefined {
  const [first, second] = bytes
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  const [, named] = /charset="?([\w-]+)/i.exec(contentType) ?? []
  if (named === undefined || /^utf-?8$/i.test(named)) return undefined
  const isWide = first === 0 || second === 0
  return isWide || !isUtf8(bytes) ? named : undefined
}

/** Streams a body; the stream fails with MAESTRO_HTTP_TOO_LARGE beyond its limit. */
export function boundedBody({ url, body }: Body, { maxBytes = defaultMaxBytes }: BodyBounds = {}): Readable {
  let bytes = 0
  const bound = new Transform({
    transform(piece: Buffer, _, done) {
      bytes += piece.byteLength
      if (bytes > maxBytes) done(tooLarge(url, maxBytes))
      else done(null, piece)
    },
  })
  // The reader of the stream receives the failures of the body.
  return pipeline(body, bound, () => undefined)
}

const tooLarge = (url: string, limit: number) => maestroError('MAESTRO_HTTP_TOO_LARGE', { url, limit })

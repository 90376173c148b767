import { pipeline, type Readable, Transform } from 'node:stream'
import { maestroError } from '../../errors/error-table.js'
import type { HttpReply } from './send-http.js'

/** How much of a body is read. */
export interface BodyBounds {
  /** Bytes after decompression. @default 256 MiB */
  readonly maxBytes?: number
}

type Body = Pick<HttpReply, 'url' | 'body'>

const defaultMaxBytes = 256 * 1024 * 1024

/** All bytes of a body. @throws MAESTRO_HTTP_TOO_LARGE; what the connection fails with */
export function readBytes({ url, body }: Body, { maxBytes = defaultMaxBytes }: BodyBounds = {}): Promise<Buffer> {
  // By events: to iterate over a stream costs more than all the rest of a request.
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = []
    let bytes = 0
    body
      .on('data', (piece: Buffer) => {
        bytes += piece.byteLength
        if (bytes > maxBytes) body.destroy(tooLarge(url, maxBytes))
        else pieces.push(piece)
      })
      .on('end', () => resolve(Buffer.concat(pieces)))
      .on('error', reject)
  })
}

/** A body as text. @throws as readBytes */
export async function readText(reply: Body, bounds?: BodyBounds): Promise<string> {
  return new TextDecoder().decode(await readBytes(reply, bounds))
}

/** A body as it comes, which fails with MAESTRO_HTTP_TOO_LARGE beyond its bound. */
export function boundedBody({ url, body }: Body, { maxBytes = defaultMaxBytes }: BodyBounds = {}): Readable {
  let bytes = 0
  const bound = new Transform({
    transform(piece: Buffer, _, done) {
      bytes += piece.byteLength
      if (bytes > maxBytes) done(tooLarge(url, maxBytes))
      else done(null, piece)
    },
  })
  // Whoever reads the stream hears of its failures.
  return pipeline(body, bound, () => undefined)
}

const tooLarge = (url: string, limit: number) => maestroError('MAESTRO_HTTP_TOO_LARGE', { url, limit })

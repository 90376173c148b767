import type { Readable, Transform } from 'node:stream'

const named = /^(gzip|x-gzip|deflate|br|zstd)$/

/**
 * Decompresses a body and removes the header that names the compression. The first bytes decide, because some servers and
 * proxies name a compression that they have not applied, or another one.
 */
export async function decodedBody(body: Readable, headers: Headers): Promise<Readable> {
  const encodings = headers.get('content-encoding')?.toLowerCase().split(',') ?? []
  const applied = encodings.map((name) => name.trim()).filter((name) => named.test(name))
  if (applied.length === 0) return body
  for (const name of ['content-encoding', 'content-length']) headers.delete(name)
  const { pipeline, Readable } = await import('node:stream')
  let decoded = body
  for (const encoding of applied.reverse()) {
    const piece = await firstPiece(decoded)
    // Its end has been read.
    if (piece === undefined) return Readable.from([])
    const decoder = await decoderFor(encoding, piece)
    // The reader of the decoded bytes receives the failures of the original body.
    if (decoder !== undefined) decoded = pipeline(decoded, decoder, () => undefined)
  }
  return decoded
}

/** @returns undefined for a body that is not compressed */
async function decoderFor(encoding: string, piece: Buffer): Promise<Transform | undefined> {
  if (isPlain(piece)) return undefined
  const { createBrotliDecompress, createInflateRaw, createUnzip, createZstdDecompress } = await import('node:zlib')
  if (isGzip(piece)) return createUnzip()
  if (encoding === 'zstd') return createZstdDecompress()
  if (encoding === 'br') return createBrotliDecompress()
  const [method = 0, flags] = piece
  // Half of all servers write what `deflate` means without its head.
  const hasHead = (method & 15) === 8 && (flags === undefined || ((method << 8) + flags) % 31 === 0)
  return encoding === 'deflate' && !hasHead ? createInflateRaw() : createUnzip()
}

/** Whether compressed bytes begin here, also if nothing names the compression. */
export const isGzip = ([first, second]: Uint8Array): boolean => first === 0x1f && second === 0x8b

/** The beginning of JSON, of events, or of a page. Compressed bytes contain control characters. */
const isPlain = (piece: Buffer): boolean =>
  /^(?:\xef\xbb\xbf)?[\t\n\r ]*(?:[{["<:]|data|event|id|retry|$)/.test(piece.toString('latin1', 0, 200)) &&
  !piece.subarray(0, 200).some((byte) => byte < 32 && byte !== 9 && byte !== 10 && byte !== 13)

/** The first bytes of a body, which stay in it; undefined for an empty one. */
function firstPiece(body: Readable): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const settle = (end: () => void) => {
      body.off('readable', look).off('end', ended).off('error', failed)
      end()
    }
    const look = () => {
      const piece: Buffer | null = body.read()
      if (piece === null) return
      settle(() => {
        body.unshift(piece)
        resolve(piece)
      })
    }
    const ended = () => settle(() => resolve(undefined))
    const failed = (error: Error) => settle(() => reject(error))
    body.on('readable', look).on('end', ended).on('error', failed)
  })
}

import { maestroError } from '../errors/error-table.js'

/** Reads all bytes of a stream, and leaves it as soon as there are too many. @throws MAESTRO_MEDIA_TOO_LARGE */
export async function readBounded(
  stream: AsyncIterable<Uint8Array>,
  { source, maxBytes }: { readonly source: string; readonly maxBytes: number },
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  let bytes = 0
  for await (const piece of stream) {
    bytes += piece.byteLength
    if (bytes > maxBytes) throw maestroError('MAESTRO_MEDIA_TOO_LARGE', { source, bytes, limit: maxBytes })
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}

import type { Duplex, Readable } from 'node:stream'

/** A body without its compression. The header that names the compression is removed. */
export async function decodedBody(body: Readable, headers: Headers): Promise<Readable> {
  const encoding = headers.get('content-encoding')?.trim().toLowerCase() ?? ''
  if (!/^(gzip|x-gzip|deflate|br)$/.test(encoding)) return body
  const [{ createBrotliDecompress, createUnzip }, { pipeline }] = await Promise.all([
    import('node:zlib'),
    import('node:stream'),
  ])
  const decoder: Duplex = encoding === 'br' ? createBrotliDecompress() : createUnzip()
  headers.delete('content-encoding')
  headers.delete('content-length')
  // Whoever reads the decoded bytes hears of its failures.
  return pipeline(body, decoder, () => undefined)
}

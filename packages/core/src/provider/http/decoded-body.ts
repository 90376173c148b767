import type { Duplex, Readable } from 'node:stream'

/** Decompresses a body and removes the header that names the compression. */
export async function decodedBody(body: Readable, headers: Headers): Promise<Readable> {
  const encoding = headers.get('content-encoding')?.trim().toLowerCase() ?? ''
  if (!/^(gzip|x-gzip|deflate|br|zstd)$/.test(encoding)) return body
  const [{ createBrotliDecompress, createUnzip, createZstdDecompress }, { pipeline }] = await Promise.all([
    import('node:zlib'),
    import('node:stream'),
  ])
  const create = { br: createBrotliDecompress, zstd: createZstdDecompress }[encoding] ?? createUnzip
  const decoder: Duplex = create()
  headers.delete('content-encoding')
  headers.delete('content-length')
  // The reader of the decoded bytes receives the failures of the original body.
  return pipeline(body, decoder, () => undefined)
}

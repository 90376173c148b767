import { s3Parts, s3Text } from '@maestro-dataflow/core'
import { fsError } from '../../errors.js'
import { encodingOf } from '../content-encoding.js'
import { textOf } from '../patient-request.js'
import { RemoteFile } from '../remote-file.js'
import type { Bucket } from './bucket.js'

/** An object of a bucket, as a listing or a question for it describes it. */
export interface BucketObject {
  readonly key: string
  readonly size: number
  readonly etag: string
  /** The id of the upload that made it, if that was ours; only a question for the object tells it. */
  readonly upload?: string | undefined
  /** What the service says of the object; a listing does not tell it. */
  readonly headers?: Headers
}

/** The header that carries the id of an upload, by which an upload whose answer was lost is recognized. */
export const uploadHeader = 'x-amz-meta-maestro-upload'

/** The object with a key; undefined if there is none. @throws MAESTRO_FS_PLACE_REFUSED */
export async function findObject(bucket: Bucket, key: string): Promise<BucketObject | undefined> {
  const reply = await bucket.request({ method: 'HEAD', key })
  if (reply.status === 404) return undefined
  reply.body.destroy()
  if (reply.status !== 200) {
    // The answer to this kind of question has no words.
    throw await bucket.refusal({ key }, await bucket.request({ key, headers: { range: 'bytes=0-0' } }))
  }
  const { headers } = reply
  return {
    key,
    size: Number(headers.get('content-length')),
    etag: headers.get('etag') ?? headers.get('last-modified') ?? '',
    upload: headers.get(uploadHeader) ?? undefined,
    headers,
  }
}

/**
 * The objects whose keys begin with a text, in the order of their keys.
 *
 * @throws MAESTRO_FS_PLACE_REFUSED, MAESTRO_FS_PLACE_LISTING
 */
export async function* listObjects(bucket: Bucket, prefix: string): AsyncGenerator<BucketObject> {
  let token: string | undefined
  do {
    const next = token === undefined ? {} : { 'continuation-token': token }
    const query = { 'encoding-type': 'url', 'list-type': '2', ...next, prefix }
    const reply = await bucket.request({ query: Object.fromEntries(Object.entries(query).sort()) })
    if (reply.status !== 200) throw await bucket.refusal({ key: prefix }, reply)
    const xml = await textOf(reply)
    const broken = (reason: string) => fsError('MAESTRO_FS_PLACE_LISTING', { place: bucket.nameOf(prefix), reason })
    if (!/(<\/ListBucketResult>|<ListBucketResult[^>]*\/>)\s*$/.test(xml)) throw broken('the answer has no end')
    const isEncoded = s3Text(xml, 'EncodingType') === 'url'
    for (const part of s3Parts(xml, 'Contents')) {
      const name = s3Text(part, 'Key') ?? ''
      const key = isEncoded ? decodeURIComponent(name.replaceAll('+', ' ')) : name
      yield { key, size: Number(s3Text(part, 'Size')), etag: s3Text(part, 'ETag') ?? '' }
    }
    if (s3Text(xml, 'IsTruncated') !== 'true') return
    const before = token
    token = s3Text(xml, 'NextContinuationToken')
    if (token === undefined) throw broken('the service does not say how it goes on')
    if (token === before) throw broken('the service begins the same part again')
  } while (token !== undefined)
}

/** An object as a file, of which only the version with this ETag is read. */
export function objectFile(bucket: Bucket, object: BucketObject, signal?: AbortSignal): RemoteFile {
  const { key, size, etag } = object
  return new RemoteFile({
    name: bucket.nameOf(key),
    size,
    version: etag,
    signal,
    async get({ start, end }) {
      const reply = await bucket.request({
        key,
        headers: { range: `bytes=${start}-${end - 1}`, ...(etag.startsWith('"') ? { 'if-match': etag } : {}) },
      })
      const encoding = reply.status < 300 && object.headers === undefined ? encodingOf(reply.headers) : undefined
      if (encoding === undefined || /\.(gz|zst)$/i.test(key)) return reply
      reply.body.destroy()
      throw fsError('MAESTRO_FS_PLACE_ENCODING', { path: bucket.nameOf(key), encoding })
    },
    refusal: (reply) => bucket.refusal({ key }, reply),
  })
}

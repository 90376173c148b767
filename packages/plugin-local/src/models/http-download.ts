import { boundedCall, type HttpReply, MaestroError, sendHttp } from '@maestro-dataflow/core'
import { localError } from '../errors.js'
import type { FetchOptions } from './model-source.js'
import { streamToFile } from './stream-to-file.js'

const maxRedirects = 5

export interface DownloadOptions extends FetchOptions {
  /** How long the server may be silent. @default 30000 */
  readonly idleMilliseconds?: number
}

/** The result: the file's sha256, and the one that the server announced, if it did. */
export interface Downloaded {
  readonly sha256: string
  readonly announcedSha256: string | undefined
}

/**
 * Downloads a file over HTTP and follows redirects.
 *
 * @throws MAESTRO_LOCAL_DOWNLOAD
 */
export async function download(url: URL, target: string, options: DownloadOptions = {}): Promise<Downloaded> {
  const { signal, idleMilliseconds = 30_000 } = options
  const bounds = { serving: plain(url), signal, firstByte: idleMilliseconds, stall: idleMilliseconds }
  try {
    return await boundedCall({ ...bounds, toError: (error) => toDownloadError(url, error) }, (signal, onActivity) =>
      follow(url, target, { ...options, signal, onActivity }),
    )
  } catch (error) {
    signal?.throwIfAborted()
    throw MaestroError.is(error, 'MAESTRO_SERVING_TIMEOUT')
      ? failed(url, `nothing arrived for ${idleMilliseconds} ms`)
      : error
  }
}

async function follow(
  url: URL,
  target: string,
  options: FetchOptions & { readonly signal: AbortSignal; onActivity(): void },
): Promise<Downloaded> {
  const { signal, onActivity, sha256: expected } = options
  let announcedSha256: string | undefined
  let at = url
  for (let hop = 0; hop <= maxRedirects; hop++) {
    const reply = await get(at, signal)
    onActivity()
    // The hub states the hash of a large file in its redirect to the storage server.
    announcedSha256 ??= sha256In(reply.headers.get('x-linked-etag'))
    if (expected !== undefined && announcedSha256 !== undefined && announcedSha256 !== expected) {
      reply.body.destroy()
      throw localError('MAESTRO_LOCAL_MODEL_HASH', { file: plain(url), expected, found: announcedSha256 })
    }
    const { status, statusText } = reply
    const location = reply.headers.get('location')
    if (status >= 300 && status < 400 && location !== null) {
      reply.body.destroy()
      at = nextOf(at, location)
      continue
    }
    if (status !== 200) {
      reply.body.destroy()
      throw localError('MAESTRO_LOCAL_DOWNLOAD', {
        url: plain(at),
        reason: `the answer is ${status} ${statusText}`,
        status,
      })
    }
    const length = Number(reply.headers.get('content-length'))
    const onProgress: FetchOptions['onProgress'] = (...progress) => {
      onActivity()
      options.onProgress?.(...progress)
    }
    const sha256 = await streamToFile(reply.body, target, { signal, onProgress }, length > 0 ? length : undefined)
    return { sha256, announcedSha256 }
  }
  throw failed(url, `more than ${maxRedirects} redirects`)
}

async function get(url: URL, signal: AbortSignal): Promise<HttpReply> {
  try {
    // Without decompression, because the hash is that of the stored bytes.
    return await sendHttp(url, { headers: { 'accept-encoding': 'identity' }, signal })
  } catch (error) {
    throw toDownloadError(url, error)
  }
}

function nextOf(at: URL, location: string): URL {
  const next = new URL(location, at)
  if (at.protocol === 'https:' && next.protocol !== 'https:') throw failed(at, `it redirects to ${plain(next)}`)
  return next
}

const toDownloadError = (url: URL, error: unknown): MaestroError =>
  MaestroError.is(error) ? error : failed(url, (error as Error).message, error)

const failed = (url: URL, reason: string, cause?: unknown) =>
  localError('MAESTRO_LOCAL_DOWNLOAD', { url: plain(url), reason }, cause)

/** Without the query, which may contain a signature. */
const plain = (url: URL) => `${url.origin}${url.pathname}`

function sha256In(header: string | null): string | undefined {
  return /^"?([0-9a-f]{64})"?$/.exec(header ?? '')?.[1]
}

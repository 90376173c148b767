import type { IncomingMessage } from 'node:http'
import { MaestroError } from '@maestro-dataflow/core'
import { localError } from '../errors.js'
import type { FetchOptions } from './model-source.js'
import { streamToFile } from './stream-to-file.js'

const maxRedirects = 5

export interface DownloadOptions extends FetchOptions {
  /** How long a connection may take to come about. @default 5000 */
  readonly connectMilliseconds?: number
  /** How long the other side may be silent. @default 30000 */
  readonly idleMilliseconds?: number
}

/** What came: its sha256, and the one that the server announced, where it did. */
export interface Downloaded {
  readonly sha256: string
  readonly announcedSha256: string | undefined
}

/**
 * Downloads a file over HTTP, following redirects.
 *
 * @throws MAESTRO_LOCAL_DOWNLOAD
 */
export async function download(url: URL, target: string, options: DownloadOptions = {}): Promise<Downloaded> {
  let announcedSha256: string | undefined
  let at = url
  try {
    for (let hop = 0; hop <= maxRedirects; hop++) {
      const response = await get(at, options)
      // The hub names the hash of a large file on the way to the machine that stores it.
      announcedSha256 ??= sha256In(response.headers['x-linked-etag'])
      const expected = options.sha256
      if (expected !== undefined && announcedSha256 !== undefined && announcedSha256 !== expected) {
        response.destroy()
        throw localError('MAESTRO_LOCAL_MODEL_HASH', { file: plain(url), expected, found: announcedSha256 })
      }
      const { statusCode = 0, statusMessage = '' } = response
      if (statusCode >= 300 && statusCode < 400 && response.headers.location !== undefined) {
        response.resume()
        const next = new URL(response.headers.location, at)
        if (at.protocol === 'https:' && next.protocol !== 'https:')
          throw localError('MAESTRO_LOCAL_DOWNLOAD', { url: plain(at), reason: `it points to ${plain(next)}` })
        at = next
        continue
      }
      if (statusCode !== 200) {
        response.destroy()
        throw localError('MAESTRO_LOCAL_DOWNLOAD', {
          url: plain(at),
          reason: `the answer is ${statusCode} ${statusMessage}`,
          status: statusCode,
        })
      }
      const length = Number(response.headers['content-length'])
      const sha256 = await streamToFile(response, target, options, length > 0 ? length : undefined)
      return { sha256, announcedSha256 }
    }
    throw localError('MAESTRO_LOCAL_DOWNLOAD', { url: plain(url), reason: `more than ${maxRedirects} redirects` })
  } catch (error) {
    options.signal?.throwIfAborted()
    throw MaestroError.is(error)
      ? error
      : localError('MAESTRO_LOCAL_DOWNLOAD', { url: plain(at), reason: (error as Error).message }, error)
  }
}

async function get(
  url: URL,
  { signal, connectMilliseconds = 5000, idleMilliseconds = 30_000 }: DownloadOptions,
): Promise<IncomingMessage> {
  const { request } = url.protocol === 'https:' ? await import('node:https') : await import('node:http')
  return new Promise((resolve, reject) => {
    const call = request(url, { headers: { 'user-agent': 'maestro-dataflow' }, ...(signal && { signal }) })
    call.once('response', resolve)
    call.once('error', reject)
    const fail = (reason: string) => call.destroy(localError('MAESTRO_LOCAL_DOWNLOAD', { url: plain(url), reason }))
    const connecting = setTimeout(() => fail(`no connection within ${connectMilliseconds} ms`), connectMilliseconds)
    call.once('close', () => clearTimeout(connecting))
    call.once('socket', (socket) => {
      const connected = () => clearTimeout(connecting)
      if (socket.connecting) socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', connected)
      else connected()
    })
    call.setTimeout(idleMilliseconds, () => fail(`nothing came for ${idleMilliseconds} ms`))
    call.end()
  })
}

/** Without the query: it can hold a signature. */
const plain = (url: URL) => `${url.origin}${url.pathname}`

function sha256In(header: string | readonly string[] | undefined): string | undefined {
  return /^"?([0-9a-f]{64})"?$/.exec(String(header))?.[1]
}

import { get as getHttp, type IncomingMessage } from 'node:http'
import { get as getHttps } from 'node:https'
import { maestroError } from '../errors/error-table.js'
import { MaestroError } from '../errors/maestro-error.js'
import { reasonOf } from '../errors/reason-of.js'
import { type MediaAccess, nameOf } from './media-access.js'
import { assertOpenHost, openLookup } from './private-addresses.js'
import { readBounded } from './read-bounded.js'

const mostRedirects = 5
/** The milliseconds for one address, including its redirects. */
const patience = 60_000

interface FetchAccess extends MediaAccess {
  readonly maxBytes: number
  readonly signal?: AbortSignal | undefined
}

/**
 * The bytes at a web address, and the type that the server states. Each address, including those of redirects, is
 * checked before it is requested.
 *
 * @throws MAESTRO_MEDIA_MISSING, _ADDRESS_PRIVATE, _TOO_LARGE, _UNREADABLE, _FETCH
 */
export async function fetchMedia(
  url: URL,
  access: FetchAccess,
): Promise<{ readonly bytes: Uint8Array; readonly claimed: string | undefined }> {
  const source = nameOf(withoutPassword(url))
  const late = AbortSignal.timeout(patience)
  const signal = access.signal === undefined ? late : AbortSignal.any([access.signal, late])
  try {
    const reply = await follow(url, source, { ...access, signal })
    const length = Number(reply.headers['content-length'])
    if (length > access.maxBytes) {
      reply.destroy()
      throw maestroError('MAESTRO_MEDIA_TOO_LARGE', { source, bytes: length, limit: access.maxBytes })
    }
    const bytes = await readBounded(reply, { source, maxBytes: access.maxBytes })
    return { bytes, claimed: reply.headers['content-type']?.split(';')[0]?.trim() }
  } catch (error) {
    if (MaestroError.is(error) || access.signal?.aborted === true) throw error
    const reason = late.aborted ? `it did not answer within ${patience} ms` : reasonOf(error)
    throw maestroError('MAESTRO_MEDIA_FETCH', { source, reason }, error)
  }
}

async function follow(start: URL, source: string, access: FetchAccess): Promise<IncomingMessage> {
  let url = start
  for (let hops = 0; hops <= mostRedirects; hops++) {
    const reply = await ask(url, access)
    const { statusCode: status = 0, headers } = reply
    if (status === 200) return reply
    reply.destroy()
    if (status === 404 || status === 410) throw maestroError('MAESTRO_MEDIA_MISSING', { source })
    if (status === 408 || status === 429 || status >= 500)
      throw maestroError('MAESTRO_MEDIA_FETCH', { source, reason: `status ${status}` })
    const next = status >= 300 && status < 400 ? URL.parse(headers.location ?? '', url.href) : null
    if (next === null) throw unreadable(source, `status ${status}`)
    if (next.protocol !== 'http:' && next.protocol !== 'https:')
      throw unreadable(source, `it redirects to ${next.protocol}`)
    url = next
  }
  throw unreadable(source, `more than ${mostRedirects} redirects`)
}

function ask(url: URL, { allowPrivateAddresses = false, signal }: FetchAccess): Promise<IncomingMessage> {
  if (!allowPrivateAddresses) assertOpenHost(url)
  const get = url.protocol === 'https:' ? getHttps : getHttp
  return new Promise((resolve, reject) => {
    get(
      url,
      {
        // A kept connection may belong to a name that was checked at another time.
        agent: false,
        headers: { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'maestro-dataflow' },
        ...(signal === undefined ? {} : { signal }),
        ...(allowPrivateAddresses ? {} : { lookup: openLookup }),
      },
      resolve,
    ).on('error', reject)
  })
}

const unreadable = (source: string, reason: string) => maestroError('MAESTRO_MEDIA_UNREADABLE', { source, reason })

function withoutPassword(url: URL): URL {
  const shown = new URL(url)
  shown.username = ''
  shown.password = ''
  return shown
}

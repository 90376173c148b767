import { createHash } from 'node:crypto'
import { type HttpReply, type MaestroError, maestroError } from '@maestro-dataflow/core'
import { fsError } from '../../errors.js'
import { formatOf } from '../../format.js'
import type { Project } from '../../found-file.js'
import { encodedKind } from '../content-encoding.js'
import { followRedirects } from '../follow-redirects.js'
import type { Place } from '../place.js'
import { RemoteFile, versionOf } from '../remote-file.js'
import type { StoredFile } from '../stored-file.js'
import { keepDownload } from './keep-download.js'
import type { WebOptions } from './web-options.js'

const defaultMaxSize = 10e9

/** Files at web addresses. */
export function webPlace(options: WebOptions = {}, { signal, allowPrivateAddresses = false }: Project): Place {
  const { maxSize = defaultMaxSize } = options
  const ask = (url: URL, headers: Readonly<Record<string, string>>) =>
    followRedirects(
      url,
      {
        headers,
        ownHeaders: { ...passwordOf(url), ...options.headers },
        publicOnly: !allowPrivateAddresses,
      },
      { name: nameOf(url), signal },
    )
  return {
    async find(path, format) {
      const url = URL.parse(path)
      if (url === null) throw fsError('MAESTRO_FS_PLACE_PATH', { path, reason: 'it is not a web address' })
      const name = nameOf(url)
      const kind = formatOf(url.pathname, format)
      const reply = await ask(url, { range: 'bytes=0-0' })
      const file = await fileOf(url, reply)
      return [{ file, name, ...encodedKind(kind, reply.headers, name) }]
    },
    async output(path) {
      throw fsError('MAESTRO_FS_PLACE_READ_ONLY', { path })
    },
  }

  async function fileOf(url: URL, reply: HttpReply): Promise<StoredFile> {
    const name = nameOf(url)
    const tooLarge = (bytes: number) => fsError('MAESTRO_FS_TOO_LARGE', { path: name, bytes, limit: maxSize })
    const total = Number(/\/(\d+)$/.exec(reply.headers.get('content-range') ?? '')?.[1] ?? Number.NaN)
    const version = versionOf(reply)
    if (reply.status === 206 && Number.isSafeInteger(total) && version !== undefined) {
      reply.body.destroy()
      if (total > maxSize) throw tooLarge(total)
      const get = ({ start, end }: { readonly start: number; readonly end: number }) =>
        ask(url, { range: `bytes=${start}-${end - 1}` })
      return new RemoteFile({
        name,
        size: total,
        version,
        signal,
        get,
        versionOf,
        refusal: (other) => refusal(name, other),
      })
    }
    // An empty file has no first byte.
    const whole = reply.status === 206 || reply.status === 416 ? await again(url, reply) : reply
    if (whole.status !== 200) throw await refusal(name, whole)
    const announced = Number(whole.headers.get('content-length') ?? 0)
    if (announced <= maxSize) return keepDownload(url, whole, { maxSize, tooLarge })
    whole.body.destroy()
    throw tooLarge(announced)
  }

  function again(url: URL, reply: HttpReply): Promise<HttpReply> {
    reply.body.destroy()
    return ask(url, {})
  }
}

async function refusal(place: string, reply: HttpReply): Promise<MaestroError> {
  const { status, statusText } = reply
  reply.body.destroy()
  if (status === 404 || status === 410) return maestroError('MAESTRO_STORAGE_NOT_FOUND', { path: place })
  if (status === 429 || status >= 500)
    return fsError('MAESTRO_FS_PLACE_UNREACHABLE', { place, reason: `status ${status}` })
  return fsError('MAESTRO_FS_PLACE_REFUSED', { place, status, reason: statusText || 'the server gives no reason' })
}

/** The address in messages and row ids: without a password, and without a query, which may hold a key. */
function nameOf({ origin, pathname, search }: URL): string {
  const query = search === '' ? '' : `?${createHash('sha256').update(search).digest('hex').slice(0, 8)}`
  return `${origin}${pathname}${query}`
}

function passwordOf({ username, password }: URL): Readonly<Record<string, string>> {
  if (username === '' && password === '') return {}
  const both = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return { authorization: `Basic ${Buffer.from(both).toString('base64')}` }
}

import type { MediaPart } from '../contracts/serving.js'
import { maestroError } from '../errors/error-table.js'
import { type MediaAccess, mostMediaBytes, nameOf } from './media-access.js'
import { readDataUrl } from './read-data-url.js'
import { sniffMediaType } from './sniff-media-type.js'

/** A media part with its bytes and the type that was detected in them. */
export interface LoadedMedia {
  readonly type: MediaPart['type']
  readonly data: Uint8Array
  readonly mediaType: string
  readonly name?: string
}

/**
 * The bytes of a media part and their detected type. A part holds bytes, a project path, a `file:` or `data:` URL, or a
 * web address.
 *
 * @throws MAESTRO_MEDIA_MISSING, _UNREADABLE, _EMPTY, _TOO_LARGE, _TYPE, _PATH_OUTSIDE, _ADDRESS_PRIVATE, _FETCH; the
 *   signal's reason
 */
export async function readMedia(
  part: MediaPart,
  access: MediaAccess & { readonly signal?: AbortSignal | undefined } = {},
): Promise<LoadedMedia> {
  const { maxBytes = mostMediaBytes } = access
  const source = nameOf(part.data)
  access.signal?.throwIfAborted()
  const { bytes: data, claimed } = await readBytes(part, { ...access, maxBytes })
  if (data.byteLength === 0) throw maestroError('MAESTRO_MEDIA_EMPTY', { source })
  if (data.byteLength > maxBytes)
    throw maestroError('MAESTRO_MEDIA_TOO_LARGE', { source, bytes: data.byteLength, limit: maxBytes })
  const { type, name } = part
  const mediaType = checkedType(part, sniffMediaType(data), claimed)
  return { type, data, mediaType, ...(name === undefined ? {} : { name }) }
}

/** Bytes, and the type that their origin states. */
interface ReadBytes {
  readonly bytes: Uint8Array
  readonly claimed?: string | undefined
}

async function readBytes(
  { data }: MediaPart,
  access: MediaAccess & { readonly maxBytes: number; readonly signal?: AbortSignal | undefined },
): Promise<ReadBytes> {
  if (data instanceof Uint8Array) return { bytes: data }
  const url = asUrl(data)
  if (url?.protocol === 'data:') return readDataUrl(url.href, access.maxBytes)
  if (url?.protocol === 'http:' || url?.protocol === 'https:') {
    const { fetchMedia } = await import('./fetch-media.js')
    return fetchMedia(url, access)
  }
  if (url === undefined || url.protocol === 'file:') {
    const { readMediaFile } = await import('./read-media-file.js')
    return { bytes: await readMediaFile(url ?? String(data), access) }
  }
  const reason = `media cannot be read from ${url.protocol}`
  throw maestroError('MAESTRO_MEDIA_UNREADABLE', { source: nameOf(data), reason })
}

/** A single letter before a colon is a Windows drive. */
function asUrl(data: URL | string): URL | undefined {
  if (data instanceof URL) return data
  if (!/^[a-z][a-z0-9+.-]+:/i.test(data)) return undefined
  return URL.parse(data) ?? undefined
}

/** Images and recordings must be of the stated kind; other files may be of an unknown type. */
function checkedType(part: MediaPart, found: string | undefined, claimed: string | undefined): string {
  const { type, data, mediaType } = part
  const given = mediaType ?? claimed
  if (type === 'file') return found ?? given ?? 'application/octet-stream'
  // Recordings may use the container formats of films.
  const families = type === 'audio' ? ['audio/', 'video/'] : ['image/']
  const known = found !== undefined && found !== 'image/svg+xml' && families.some((family) => found.startsWith(family))
  if (known) return type === 'audio' ? found.replace('video/', 'audio/') : found
  throw maestroError('MAESTRO_MEDIA_TYPE', { source: nameOf(data), expected: type, found: found ?? 'an unknown type' })
}

import { maestroError } from '../errors/error-table.js'
import { nameOf } from './media-access.js'

/** The bytes of a `data:` URL. @throws MAESTRO_MEDIA_UNREADABLE, MAESTRO_MEDIA_TOO_LARGE before they are decoded */
export function readDataUrl(
  href: string,
  maxBytes: number,
): { readonly bytes: Uint8Array; readonly claimed: string | undefined } {
  const source = nameOf(href)
  const [, head, payload] = /^data:([^,]*),(.*)$/is.exec(href) ?? []
  if (head === undefined || payload === undefined)
    throw maestroError('MAESTRO_MEDIA_UNREADABLE', { source, reason: 'it has no comma before its data' })
  const claimed = head.split(';')[0] || undefined
  const packed = /;\s*base64$/i.test(head)
  const bytes = Math.floor(packed ? (payload.length * 3) / 4 : payload.length / 3)
  if (bytes > maxBytes + 3) throw maestroError('MAESTRO_MEDIA_TOO_LARGE', { source, bytes, limit: maxBytes })
  try {
    const text = decodeURIComponent(payload)
    return { bytes: Buffer.from(text, packed ? 'base64' : 'utf8'), claimed }
  } catch (error) {
    throw maestroError('MAESTRO_MEDIA_UNREADABLE', { source, reason: 'its data has an invalid encoding' }, error)
  }
}

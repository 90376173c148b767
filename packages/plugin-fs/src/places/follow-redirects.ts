import type { HttpReply, HttpRequest } from '@maestro-dataflow/core'
import { fsError } from '../errors.js'
import { type Asking, patientRequest } from './patient-request.js'

const mostRedirects = 5

/** A request that follows redirects. */
export interface FollowedRequest extends Omit<HttpRequest, 'signal' | 'body'> {
  /** The headers for the first host alone, such as those with a key. */
  readonly ownHeaders?: Readonly<Record<string, string>> | undefined
}

/**
 * The answer at the end of redirects. Headers with a key go to no other host, and no redirect leaves https.
 *
 * @throws MAESTRO_FS_PLACE_REFUSED, MAESTRO_FS_PLACE_UNREACHABLE, MAESTRO_MEDIA_ADDRESS_PRIVATE
 */
export async function followRedirects(
  start: URL,
  { headers, ownHeaders, ...request }: FollowedRequest,
  asking: Asking,
): Promise<HttpReply> {
  let url = start
  for (let hops = 0; hops <= mostRedirects; hops++) {
    const all = url.origin === start.origin ? { ...headers, ...ownHeaders } : headers
    const reply = await patientRequest(url, { ...request, headers: all }, asking)
    const location = reply.headers.get('location')
    if (![301, 302, 303, 307, 308].includes(reply.status) || location === null) return reply
    reply.body.destroy()
    const next = URL.parse(location, url.href)
    const refuse = (reason: string) =>
      fsError('MAESTRO_FS_PLACE_REFUSED', { place: asking.name, status: reply.status, reason })
    if (next === null || !/^https?:$/.test(next.protocol))
      throw refuse('it redirects to something else than a web page')
    if (url.protocol === 'https:' && next.protocol === 'http:') throw refuse('it redirects from https to http')
    url = next
  }
  throw fsError('MAESTRO_FS_PLACE_REFUSED', {
    place: asking.name,
    status: 302,
    reason: `it redirects more than ${mostRedirects} times`,
  })
}

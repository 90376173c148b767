import { Readable } from 'node:stream'
import { type Amend, amendReplies, streams } from './amend-replies.js'
import { type BodyBounds, boundedBody, inUtf8, readBytes } from './read-body.js'
import { type HttpRequest, sendHttp } from './send-http.js'
import { wholeResponse } from './whole-response.js'

export interface HttpFetchOptions extends BodyBounds {
  /** Changes JSON replies before the client library reads them. Undefined for a reply that stays as it is. */
  readonly amend?: Amend
}

const withoutBody = new Set([204, 205, 304])

/**
 * `sendHttp` in the form of `fetch`, for the client libraries of providers. A body whose content type is a stream is
 * passed on as it arrives. Any other body is read as a whole, which takes a fraction of the processor time.
 */
export const httpFetch = createHttpFetch()

/** Creates an `httpFetch` with other bounds. */
export function createHttpFetch({ amend, ...bounds }: HttpFetchOptions = {}): typeof fetch {
  const send: typeof fetch = async (input, init) => {
    const { url, ...request } = await requestOf(input, init)
    const reply = await sendHttp(url, request)
    const { status, statusText, headers, body } = reply
    if (withoutBody.has(status)) {
      body.resume()
      return new Response(null, { status, statusText, headers })
    }
    const type = headers.get('content-type') ?? ''
    if (streams.test(type))
      return new Response(Readable.toWeb(boundedBody(reply, bounds)) as ReadableStream, { status, statusText, headers })
    return wholeResponse(inUtf8(await readBytes(reply, bounds), type), reply)
  }
  return amend === undefined ? send : amendReplies(send, amend)
}

async function requestOf(
  input: string | URL | Request,
  init: RequestInit = {},
): Promise<HttpRequest & { readonly url: URL | string }> {
  const { body, method, headers, signal } = init
  if (!(input instanceof Request) && (body == null || typeof body === 'string'))
    return { url: input, method, headers: toSend(headers), body: body ?? undefined, signal: signal ?? undefined }
  // A form has a boundary that is also part of the headers.
  const request = new Request(input, init)
  return {
    url: request.url,
    method: request.method,
    headers: request.headers,
    body: request.body === null ? undefined : new Uint8Array(await request.arrayBuffer()),
    signal: request.signal,
  }
}

type GivenHeaders = NonNullable<RequestInit['headers']>

/** An object of `Headers` for each request would cost more than the request's own headers. */
const toSend = (given: GivenHeaders = {}): NonNullable<HttpRequest['headers']> =>
  given instanceof Headers || isPlain(given) ? given : new Headers(given)

const isPlain = (given: GivenHeaders): given is Record<string, string> =>
  !(Symbol.iterator in given) && Object.values(given).every((value) => typeof value === 'string')

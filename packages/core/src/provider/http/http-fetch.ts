import { Readable } from 'node:stream'
import { type BodyBounds, boundedBody, readBytes } from './read-body.js'
import { type HttpReply, type HttpRequest, sendHttp } from './send-http.js'

/** A reply that was read as a whole. */
export interface WholeReply {
  readonly status: number
  readonly text: string
}

export interface HttpFetchOptions extends BodyBounds {
  /** Changes JSON replies before the client library reads them. */
  readonly amend?: (reply: WholeReply) => WholeReply
}

const streams = /event-stream|ndjson|json-?lines|jsonl/i
const json = /json/i
const withoutBody = new Set([204, 205, 304])

/**
 * `sendHttp` in the form of `fetch`, for the client libraries of providers. A body whose content type is a stream is
 * passed on as it arrives. Any other body is read as a whole, which takes a fraction of the processor time.
 */
export const httpFetch = createHttpFetch()

/** @see httpFetch */
export function createHttpFetch({ amend, ...bounds }: HttpFetchOptions = {}): typeof fetch {
  return async (input, init) => {
    const { url, ...request } = await requestOf(input, init)
    const reply = await sendHttp(url, request)
    const { status, statusText, headers } = reply
    const content = withoutBody.has(status) ? discard(reply) : await contentOf(reply, bounds)
    if (amend === undefined || !(content instanceof Uint8Array) || !json.test(headers.get('content-type') ?? ''))
      return new Response(content, { status, statusText, headers })
    const amended = amend({ status, text: new TextDecoder().decode(content) })
    headers.delete('content-length')
    return new Response(amended.text, { status: amended.status, headers })
  }
}

async function requestOf(
  input: string | URL | Request,
  init: RequestInit = {},
): Promise<HttpRequest & { readonly url: URL | string }> {
  const { body, method, headers, signal } = init
  if (!(input instanceof Request) && (body == null || typeof body === 'string'))
    return {
      url: input,
      method,
      headers: Object.fromEntries(new Headers(headers)),
      body: body ?? undefined,
      signal: signal ?? undefined,
    }
  // A form has a boundary that is also part of the headers.
  const request = new Request(input, init)
  return {
    url: request.url,
    method: request.method,
    headers: Object.fromEntries(request.headers),
    body: request.body === null ? undefined : new Uint8Array(await request.arrayBuffer()),
    signal: request.signal,
  }
}

async function contentOf(reply: HttpReply, bounds: BodyBounds): Promise<ReadableStream | Uint8Array<ArrayBuffer>> {
  if (streams.test(reply.headers.get('content-type') ?? ''))
    return Readable.toWeb(boundedBody(reply, bounds)) as ReadableStream
  return new Uint8Array(await readBytes(reply, bounds))
}

function discard({ body }: HttpReply): null {
  body.resume()
  return null
}

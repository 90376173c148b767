import { Readable } from 'node:stream'
import { type BodyBounds, boundedBody, inUtf8, readBytes } from './read-body.js'
import { type HttpReply, type HttpRequest, sendHttp } from './send-http.js'

/** A reply that was read as a whole. */
export interface WholeReply {
  readonly status: number
  readonly text: string
}

export interface HttpFetchOptions extends BodyBounds {
  /** Changes JSON replies before the client library reads them. Undefined for a reply that stays as it is. */
  readonly amend?: (reply: WholeReply) => WholeReply | undefined
}

const streams = /event-stream|ndjson|json-?lines|jsonl/i
const json = /json/i
/** The types that servers give to JSON by mistake. */
const texts = /^$|^text\//i
const withoutBody = new Set([204, 205, 304])

/**
 * `sendHttp` in the form of `fetch`, for the client libraries of providers. A body whose content type is a stream is
 * passed on as it arrives. Any other body is read as a whole, which takes a fraction of the processor time.
 */
export const httpFetch = createHttpFetch()

/** @see httpFetch */
export function createHttpFetch({ amend, ...bounds }: HttpFetchOptions = {}): typeof fetch {
  const send: typeof fetch = async (input, init) => {
    const { url, ...request } = await requestOf(input, init)
    const reply = await sendHttp(url, request)
    const { status, statusText, headers } = reply
    const content = withoutBody.has(status) ? discard(reply) : await contentOf(reply, bounds)
    return new Response(content, { status, statusText, headers })
  }
  return amend === undefined ? send : amendReplies(send, amend)
}

/** A `fetch` whose JSON replies are changed before the client library reads them. */
export function amendReplies(send: typeof fetch, amend: NonNullable<HttpFetchOptions['amend']>): typeof fetch {
  return async (input, init) => {
    const response = await send(input, init)
    const { status, statusText, headers } = response
    const type = headers.get('content-type') ?? ''
    if (streams.test(type) || !(json.test(type) || texts.test(type))) return response
    const text = await response.text()
    const kept = new Headers(headers)
    // Client libraries parse nothing that has another type.
    const isJson = json.test(type) || /^\s*[{[]/.test(text)
    if (isJson && !json.test(type)) kept.set('content-type', 'application/json')
    const amended = isJson || text.trim() === '' ? amend({ status, text }) : undefined
    if (amended === undefined)
      return new Response(withoutBody.has(status) ? null : text, { status, statusText, headers: kept })
    kept.set('content-type', 'application/json')
    kept.delete('content-length')
    return new Response(amended.text, { status: amended.status, headers: kept })
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
  const type = reply.headers.get('content-type') ?? ''
  if (streams.test(type)) return Readable.toWeb(boundedBody(reply, bounds)) as ReadableStream
  return inUtf8(await readBytes(reply, bounds), type)
}

function discard({ body }: HttpReply): null {
  body.resume()
  return null
}

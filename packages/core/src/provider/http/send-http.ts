import type { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import { decodedBody } from './decoded-body.js'
import { dispatcherFor, publicDispatcher } from './dispatcher.js'
import { proxyOf } from './proxy-of.js'
import { learnContinue, sendByNode, sendsContinue } from './send-by-node.js'

/** One request over HTTP. */
export interface HttpRequest {
  /** @default 'GET', or 'POST' if there is a body */
  readonly method?: string | undefined
  readonly headers?: Readonly<Record<string, string>> | Headers | undefined
  /** Text is sent as UTF-8. A stream needs the header `content-length`, unless the server takes pieces. */
  readonly body?: string | Uint8Array | Readable | undefined
  /** Aborts the request, even while its body is read. */
  readonly signal?: AbortSignal | undefined
  /** Leaves the body as it was sent, for a request of a range of its bytes. @default false */
  readonly raw?: boolean | undefined
  /** Refuses addresses in private networks and on this machine. No proxy is used then. @default false */
  readonly publicOnly?: boolean | undefined
}

/** The head of a reply, with its unread body. Destroy a body that you do not read. */
export interface HttpReply {
  /** The address without the query, which may hold a key. */
  readonly url: string
  readonly status: number
  readonly statusText: string
  readonly headers: Headers
  /** The body, decompressed unless it was asked for as it was sent. */
  readonly body: Readable
}

const defaults = { 'user-agent': 'maestro-dataflow', 'accept-encoding': 'gzip, deflate, br' }

/**
 * Sends a request and returns the reply as soon as its head arrives. It keeps connections alive, takes proxies from
 * HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, and NO_PROXY, and waits until the signal fires. (The global `fetch` gives up after five
 * minutes, but a long queue or a large model takes longer.) It does not follow redirects, because a server must not
 * send a key elsewhere.
 *
 * @throws MAESTRO_MEDIA_ADDRESS_PRIVATE; the signal's reason; an error with the `code` of Node or undici if no reply arrives
 * @example
 * const reply = await sendHttp('https://api.example.com/v1/chat', { body: JSON.stringify(question), signal })
 * const answer = JSON.parse(await readText(reply))
 */
export async function sendHttp(address: URL | string, asked: HttpRequest = {}): Promise<HttpReply> {
  const { body: content, method = content === undefined ? 'GET' : 'POST', headers, signal } = asked
  const { raw = false, publicOnly = false } = asked
  const url = new URL(address)
  if (publicOnly) (await import('../../media/private-addresses.js')).assertOpenHost(url)
  const dispatcher = await (publicOnly ? publicDispatcher() : dispatcherFor(url))
  signal?.throwIfAborted()
  const sent = { method, headers: withDefaults(headers, raw), body: content ?? null, signal: signal ?? null }
  const reply = await request(dispatcher, url, sent, publicOnly)
  const given = headersOf(reply.headers)
  const body = raw ? reply.body : await decodedBody(reply.body, given)
  // A body that is destroyed early fails, possibly without a listener.
  body.on('error', () => undefined)
  return {
    url: `${url.origin}${url.pathname}`,
    status: reply.statusCode,
    statusText: reply.statusText,
    headers: given,
    body,
  }
}

interface Sent {
  readonly method: string
  readonly headers: Record<string, string>
  readonly body: string | Uint8Array | Readable | null
  readonly signal: AbortSignal | null
}

async function request(dispatcher: Dispatcher, url: URL, sent: Sent, publicOnly: boolean) {
  const { body } = sent
  const isRepeatable = body === null || typeof body === 'string' || body instanceof Uint8Array
  // The sender of Node knows neither proxies nor the check of addresses.
  const byNode = () => (isRepeatable && !publicOnly && proxyOf(url) === undefined ? { ...sent, body } : undefined)
  const known = sendsContinue(url) ? byNode() : undefined
  if (known !== undefined) return sendByNode(url, known)
  const { origin, pathname, search } = url
  try {
    return await dispatcher.request({ origin, path: `${pathname}${search}`, ...sent })
  } catch (error) {
    const again = learnContinue(url, error) ? byNode() : undefined
    if (again === undefined) throw error
    return sendByNode(url, again)
  }
}

function withDefaults(given: HttpRequest['headers'], raw: boolean): Record<string, string> {
  const headers: Record<string, string> = { ...defaults }
  if (raw) headers['accept-encoding'] = 'identity'
  if (given instanceof Headers) for (const [name, value] of given) headers[name] = value
  // Like `Headers`, which removes the white space around a value.
  else for (const [name, value] of Object.entries(given ?? {})) headers[name.toLowerCase()] = value.trim()
  return headers
}

function headersOf(given: Readonly<Record<string, string | string[] | undefined>>): Headers {
  const headers = new Headers()
  for (const name in given) {
    const value = given[name]
    if (typeof value === 'string') headers.append(name, value)
    else for (const one of value ?? []) headers.append(name, one)
  }
  return headers
}

import type { IncomingHttpHeaders } from 'node:http'
import { gzipSync } from 'node:zlib'

/** A client's request. */
export interface RecordedRequest {
  readonly method: string
  /** The path with its query. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
  /** The body as text; see `bytes` for bodies that are not text. */
  readonly body: string
  readonly bytes: Uint8Array
  /** The body as JSON, of the type that the test expects. */
  json<Value = Record<string, unknown>>(): Value
}

/** The reply to a request, as data. `replies` has a name for each common one. */
export interface Reply {
  /** @default 200 */
  readonly status?: number
  /** A list sends the header once for each of its values. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: string | Uint8Array
  /** Sends the body in pieces of a number of bytes with a pause between them. */
  readonly pace?: { readonly bytes: number; readonly milliseconds: number }
  /** After a number of bytes of the body, the connection breaks (`reset`) or sends nothing more (`silence`). */
  readonly stop?: { readonly after: number; readonly next: 'reset' | 'silence' }
  /** Instead of an answer: a broken connection, nothing at all, or these bytes, whether they are HTTP or not. */
  readonly instead?: 'reset' | 'silence' | { readonly raw: string | Uint8Array }
}

/** A reply, or a function that creates one from the request. */
export type ScriptedReply = Reply | ((request: RecordedRequest) => Reply | Promise<Reply>)

type Headers = NonNullable<Reply['headers']>

/** The replies of a misbehaving server, by name. */
export const replies = {
  /** A well-formed answer. */
  json: (value: unknown, headers: Headers = {}): Reply => ({
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(value),
  }),

  /** An error in the form of OpenAI and compatible servers. `retry-after` and `x-ratelimit-*` become headers. */
  error: (status: number, message: string, headers: Headers = {}, code?: string): Reply => ({
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ error: { message, type: 'error', code: code ?? null } }),
  }),

  /** A page of a proxy instead of an answer. */
  htmlPage: (status = 200): Reply => ({
    status,
    headers: { 'content-type': 'text/html; charset=utf-8' },
    body: '<!doctype html><html><head><title>Bad gateway</title></head><body><h1>Bad gateway</h1></body></html>',
  }),

  /** A body with a given content type, such as JSON that is called `text/plain`. */
  ofType: (contentType: string, body: string | Uint8Array, status = 200): Reply => ({
    status,
    headers: { 'content-type': contentType },
    body,
  }),

  /** The first half of the JSON with a matching length: the answer ends properly but makes no sense. */
  halfJson: (value: unknown): Reply => {
    const whole = JSON.stringify(value)
    return { headers: { 'content-type': 'application/json' }, body: whole.slice(0, Math.floor(whole.length / 2)) }
  },

  /** Headers without a body. */
  empty: (status = 200): Reply => ({ status, headers: { 'content-type': 'application/json' } }),

  redirect: (location: string, status = 307): Reply => ({ status, headers: { location } }),

  /** Server-sent events, one for each value; a text is sent unchanged. @param end The last event; null for none. */
  events: (values: readonly unknown[], end: string | null = '[DONE]'): Reply => ({
    headers: { 'content-type': 'text/event-stream' },
    body: [...values, ...(end === null ? [] : [end])]
      .map((value) => `data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`)
      .join(''),
  }),

  /** The reply, compressed. */
  gzip: (reply: Reply): Reply => ({
    ...reply,
    headers: { ...reply.headers, 'content-encoding': 'gzip' },
    body: gzipSync(reply.body ?? ''),
  }),

  /** The connection breaks before any answer. */
  reset: (): Reply => ({ instead: 'reset' }),

  /** The server does not answer for as long as the client waits. */
  silence: (): Reply => ({ instead: 'silence' }),

  /** Raw bytes, whether they are HTTP or not. */
  raw: (raw: string | Uint8Array): Reply => ({ instead: { raw } }),

  /** The reply in small pieces. */
  slowly: (reply: Reply, pace: { readonly bytes: number; readonly milliseconds: number }): Reply => ({
    ...reply,
    pace,
  }),

  /** The connection breaks after a number of bytes of the reply's body. */
  cutAfter: (reply: Reply, bytes: number): Reply => ({ ...reply, stop: { after: bytes, next: 'reset' } }),

  /** The reply stops after a number of bytes of its body; the connection stays open. */
  stallAfter: (reply: Reply, bytes: number): Reply => ({ ...reply, stop: { after: bytes, next: 'silence' } }),
} as const

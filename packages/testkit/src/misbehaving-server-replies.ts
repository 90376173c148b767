import type { IncomingHttpHeaders } from 'node:http'
import { gzipSync } from 'node:zlib'

/** What a client asked. */
export interface RecordedRequest {
  readonly method: string
  /** With its query. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
  /** As text; `bytes` for bodies that are none. */
  readonly body: string
  readonly bytes: Uint8Array
  /** The body as JSON, of the type that the test expects. */
  json<Value = Record<string, unknown>>(): Value
}

/** What a request gets, as data. `replies` has a name for each common one. */
export interface Reply {
  /** @default 200 */
  readonly status?: number
  /** A list sends the header once for each of its values. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: string | Uint8Array
  /** Sends the body in pieces of so many bytes with a pause between them. */
  readonly pace?: { readonly bytes: number; readonly milliseconds: number }
  /** After so many bytes of the body the connection breaks (`reset`) or says nothing more (`silence`). */
  readonly stop?: { readonly after: number; readonly next: 'reset' | 'silence' }
  /** Instead of an answer: a broken connection, nothing at all, or these bytes, be they HTTP or not. */
  readonly instead?: 'reset' | 'silence' | { readonly raw: string | Uint8Array }
}

/** A reply, or how to make one of the request. */
export type ScriptedReply = Reply | ((request: RecordedRequest) => Reply | Promise<Reply>)

type Headers = NonNullable<Reply['headers']>

/** The replies of a server that misbehaves, by name. */
export const replies = {
  /** A well-formed answer. */
  json: (value: unknown, headers: Headers = {}): Reply => ({
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(value),
  }),

  /** An error as OpenAI and those like it write it. `retry-after` and `x-ratelimit-*` go into the headers. */
  error: (status: number, message: string, headers: Headers = {}, code?: string): Reply => ({
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ error: { message, type: 'error', code: code ?? null } }),
  }),

  /** A page of a proxy where an answer was expected. */
  htmlPage: (status = 200): Reply => ({
    status,
    headers: { 'content-type': 'text/html; charset=utf-8' },
    body: '<!doctype html><html><head><title>Bad gateway</title></head><body><h1>Bad gateway</h1></body></html>',
  }),

  /** A body under a content type of one's choice, such as JSON called `text/plain`. */
  ofType: (contentType: string, body: string | Uint8Array, status = 200): Reply => ({
    status,
    headers: { 'content-type': contentType },
    body,
  }),

  /** The first half of the JSON, under a length of its own: the answer ends well and makes no sense. */
  halfJson: (value: unknown): Reply => {
    const whole = JSON.stringify(value)
    return { headers: { 'content-type': 'application/json' }, body: whole.slice(0, Math.floor(whole.length / 2)) }
  },

  /** Headers and no body. */
  empty: (status = 200): Reply => ({ status, headers: { 'content-type': 'application/json' } }),

  redirect: (location: string, status = 307): Reply => ({ status, headers: { location } }),

  /** Server-sent events, one for each value; a text is sent as it is. @param end The last event; null for none. */
  events: (values: readonly unknown[], end: string | null = '[DONE]'): Reply => ({
    headers: { 'content-type': 'text/event-stream' },
    body: [...values, ...(end === null ? [] : [end])]
      .map((value) => `data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`)
      .join(''),
  }),

  /** The reply, packed. */
  gzip: (reply: Reply): Reply => ({
    ...reply,
    headers: { ...reply.headers, 'content-encoding': 'gzip' },
    body: gzipSync(reply.body ?? ''),
  }),

  /** The connection breaks before anything is answered. */
  reset: (): Reply => ({ instead: 'reset' }),

  /** Nothing is answered, for as long as the client waits. */
  silence: (): Reply => ({ instead: 'silence' }),

  /** Bytes on the line, be they HTTP or not. */
  raw: (raw: string | Uint8Array): Reply => ({ instead: { raw } }),

  /** The reply in small pieces. */
  slowly: (reply: Reply, pace: { readonly bytes: number; readonly milliseconds: number }): Reply => ({
    ...reply,
    pace,
  }),

  /** The reply breaks off after so many bytes of its body. */
  cutAfter: (reply: Reply, bytes: number): Reply => ({ ...reply, stop: { after: bytes, next: 'reset' } }),

  /** The reply stops after so many bytes of its body; the connection stays open. */
  stallAfter: (reply: Reply, bytes: number): Reply => ({ ...reply, stop: { after: bytes, next: 'silence' } }),
} as const

import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'

interface NodeRequest {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array | null
  readonly signal: AbortSignal | null
}

interface NodeReply {
  readonly statusCode: number
  readonly statusText: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Readable
}

/** The servers that send `100 Continue` although nobody has asked for it. undici breaks such a connection. */
const continuing = new Set<string>()

export const sendsContinue = (url: URL): boolean => continuing.size > 0 && continuing.has(url.origin)

/** @returns whether a request failed only because its server sent `100 Continue` */
export function learnContinue({ origin }: URL, error: unknown): boolean {
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown }
  if (code !== 'UND_ERR_SOCKET' || message !== 'bad response') return false
  continuing.add(origin)
  return true
}

/** Sends a request with the sender of Node, which accepts every interim reply. It uses no proxy. */
export async function sendByNode(url: URL, { method, headers, body, signal }: NodeRequest): Promise<NodeReply> {
  const { request } = await import(url.protocol === 'https:' ? 'node:https' : 'node:http')
  const length = body === null ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  const reply = await new Promise<IncomingMessage>((resolve, reject) => {
    request(url, { method, headers: { ...headers, ...length }, ...(signal === null ? {} : { signal }) }, resolve)
      .on('error', (error: Error) => reject(signal?.aborted === true ? signal.reason : error))
      .end(body ?? undefined)
  })
  return {
    statusCode: reply.statusCode ?? 0,
    statusText: reply.statusMessage ?? '',
    headers: reply.headers,
    body: reply,
  }
}

import type { IncomingMessage } from 'node:http'

/** One request on the wire. */
export interface WireRequest {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
  readonly signal: AbortSignal | undefined
}

/**
 * Sends a request and gives back the answer as soon as it begins. Node's own `fetch` gives up after five minutes
 * without a byte, and a long queue or a large model takes longer than that; here only the signal ends the waiting.
 * Redirects are not followed.
 */
export async function sendRequest(url: URL, wire: WireRequest): Promise<IncomingMessage> {
  const { method, headers, body, signal } = wire
  // Importing either of them loads Node's own fetch, and with it changes globals.
  const { request } = await (url.protocol === 'https:' ? import('node:https') : import('node:http'))
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, ...(signal === undefined ? {} : { signal }) }, resolve)
    sent.on('error', reject)
    sent.end(body)
  })
}

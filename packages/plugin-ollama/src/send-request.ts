import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'

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
export function sendRequest(url: URL, { method, headers, body, signal }: WireRequest): Promise<IncomingMessage> {
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, ...(signal === undefined ? {} : { signal }) }, resolve)
    sent.on('error', reject)
    sent.end(body)
  })
}

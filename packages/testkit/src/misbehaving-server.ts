import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { playReply } from './misbehaving-server-play.js'
import { type RecordedRequest, replies, type ScriptedReply } from './misbehaving-server-replies.js'

/** A local HTTP server that follows a script, for faults that no real server produces on demand. */
export interface MisbehavingServer {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string
  /** The requests, in the order of arrival. */
  readonly requests: readonly RecordedRequest[]
  /** The replies to the next requests: one each, in the order of arrival. */
  next(...script: readonly ScriptedReply[]): void
  /** The reply to requests beyond the script. Without it, they receive status 501. */
  always(reply: ScriptedReply): void
  /** Clears the script and the requests. Connections stay open. */
  reset(): void
  /** Ends every connection, including those that are kept waiting. */
  close(): Promise<void>
}

/**
 * Starts a server that misbehaves by a script, on a free port of this machine.
 *
 * @example
 * const server = await startMisbehavingServer()
 * server.next(replies.error(429, 'slow down', { 'retry-after-ms': '1' }), replies.reset(), replies.json({ ok: true }))
 * // ... send the requests of a client to server.url ...
 * expect(server.requests).toHaveLength(3)
 * await server.close()
 */
export async function startMisbehavingServer(): Promise<MisbehavingServer> {
  const requests: RecordedRequest[] = []
  let script: ScriptedReply[] = []
  let beyond: ScriptedReply = replies.error(501, 'nothing is scripted for this request')

  // Importing it changes globals of the process.
  const { createServer } = await import('node:http')
  const server = createServer(async (incoming, response) => {
    // A client that has left needs no reply.
    const request = await readRequest(incoming).catch(() => undefined)
    if (request === undefined) return
    requests.push(request)
    const scripted = script.shift() ?? beyond
    await playReply(typeof scripted === 'function' ? await scripted(request) : scripted, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    next: (...more) => void script.push(...more),
    always(reply) {
      beyond = reply
    },
    reset() {
      script = []
      beyond = replies.error(501, 'nothing is scripted for this request')
      requests.length = 0
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function readRequest(incoming: IncomingMessage): Promise<RecordedRequest> {
  const body = Buffer.concat(await incoming.toArray())
  const { method = '', url = '', headers } = incoming
  return {
    method,
    path: url,
    headers,
    body: body.toString(),
    bytes: new Uint8Array(body),
    json: <Value>() => JSON.parse(body.toString()) as Value,
  }
}

import { once } from 'node:events'
import { request as ask, createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * What goes wrong with a request: the service is busy and does nothing, it does what was asked and says that it is busy, it
 * breaks off after that, it says that two writers have met, or it does not find what was written a moment ago.
 */
export const s3Faults = ['busy', 'done but busy', 'done but broken off', 'writers met', 'not found'] as const

/** A service in front of another one that fails as services under load do. */
export interface UnsteadyS3 {
  readonly url: string
  /** How often each fault has happened. */
  readonly faults: Readonly<Record<(typeof s3Faults)[number], number>>
  close(): void
}

/** @param decide Which fault a request meets; undefined for none. */
export async function startUnsteadyS3(
  target: string,
  decide: (request: IncomingMessage) => (typeof s3Faults)[number] | undefined,
): Promise<UnsteadyS3> {
  const faults = { busy: 0, 'done but busy': 0, 'done but broken off': 0, 'writers met': 0, 'not found': 0 }
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await Array.fromAsync(request))
    const fault = decide(request)
    if (fault !== undefined) faults[fault]++
    if (fault === 'busy') response.writeHead(503).end()
    else if (fault === 'writers met') response.writeHead(409).end()
    else if (fault === 'not found') response.writeHead(404).end()
    else await passOn(request, body, response, fault)
  })
  const passOn = (
    { method, url, headers }: IncomingMessage,
    body: Buffer,
    response: ServerResponse,
    fault: string | undefined,
  ) =>
    new Promise<void>((resolve) => {
      const onward = ask(new URL(url ?? '', target), { method, headers }, async (reply) => {
        const answer = Buffer.concat(await Array.fromAsync(reply))
        if (fault === 'done but busy') response.writeHead(503).end()
        else if (fault === 'done but broken off') response.destroy()
        else response.writeHead(reply.statusCode ?? 500, reply.headers).end(answer)
        resolve()
      })
      onward.on('error', () => {
        response.destroy()
        resolve()
      })
      onward.end(body)
    })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    faults,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

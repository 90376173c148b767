import { once } from 'node:events'
import { createServer, request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { type AddressInfo, connect } from 'node:net'

/** A proxy of the tests. Wherever a request wants to go, it goes to one server on this machine. */
export interface TestProxy {
  readonly url: string
  /** The hosts that the proxy was asked for. */
  readonly asked: string[]
  /** The user and the password that came with each request. */
  readonly users: string[]
  close(): void
}

/** Starts a proxy for plain requests and for tunnels. */
export async function startProxy(target: URL): Promise<TestProxy> {
  const asked: string[] = []
  const users: string[] = []
  const see = (host: string, headers: IncomingHttpHeaders) => {
    asked.push(host)
    const [, user = ''] = /^Basic (.*)$/.exec(headers['proxy-authorization'] ?? '') ?? []
    users.push(Buffer.from(user, 'base64').toString())
  }
  const proxy = createServer((incoming, response) => {
    const { host, pathname, search } = new URL(incoming.url ?? '')
    const { method, headers } = incoming
    see(host, headers)
    const onward = httpRequest(new URL(pathname + search, target), { method, headers }, (reply) => {
      response.writeHead(reply.statusCode ?? 502, reply.headers)
      reply.pipe(response)
    })
    incoming.pipe(onward)
  })
  proxy.on('connect', ({ url = '', headers }, socket) => {
    see(url, headers)
    const onward = connect(Number(target.port), target.hostname, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      onward.pipe(socket).pipe(onward)
    })
    for (const end of [socket, onward]) end.on('error', () => undefined)
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    asked,
    users,
    close() {
      proxy.closeAllConnections()
      proxy.close()
    },
  }
}

import { once } from 'node:events'
import { createServer, request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { openAIReplies, startMisbehavingServer } from '@maestro-dataflow/testkit'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import { OpenAIChatServing } from './chat-serving.js'

const server = await startMisbehavingServer()
const { host } = new URL(server.url)
/** The names that the proxy was asked for; only the proxy knows where they are. */
const asked: string[] = []
const proxy = createServer((incoming, response) => {
  const { host: name, pathname: path } = new URL(incoming.url ?? '')
  asked.push(name)
  const onward = httpRequest(
    `http://${host}${path}`,
    { method: incoming.method, headers: incoming.headers },
    (reply) => {
      response.writeHead(reply.statusCode ?? 502, reply.headers)
      reply.pipe(response)
    },
  )
  incoming.pipe(onward)
})
proxy.on('connect', ({ url = '' }, socket) => {
  asked.push(url)
  const [, port] = host.split(':')
  const onward = connect(Number(port), '127.0.0.1', () => {
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
    onward.pipe(socket).pipe(onward)
  })
  for (const end of [socket, onward]) end.on('error', () => undefined)
})
proxy.listen(0, '127.0.0.1')
await once(proxy, 'listening')
const proxyUrl = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`

afterEach(() => {
  vi.unstubAllEnvs()
  asked.length = 0
})
afterAll(async () => {
  proxy.closeAllConnections()
  proxy.close()
  await server.close()
})

/** Sets a variable in both of its spellings. */
function setEnvironment(name: string, value: string): void {
  vi.stubEnv(name, value)
  vi.stubEnv(name.toLowerCase(), value)
}

const ask = (baseUrl: string) =>
  new OpenAIChatServing({ model: 'm', baseUrl, apiKey: 'key' })
    .generate({ messages: [{ role: 'user', content: 'Hello' }] }, { timeout: 60_000 })
    .then(
      ({ text }) => text,
      ({ code }) => code,
    )

test('a model that only the proxy can reach answers through HTTP_PROXY', async () => {
  server.always(openAIReplies.chat('Yes.'))
  setEnvironment('HTTP_PROXY', proxyUrl)
  setEnvironment('NO_PROXY', '')
  expect(await ask('http://models.invalid/v1')).toBe('Yes.')
  expect(asked.join()).toContain('models.invalid')
})

test('a host that NO_PROXY lists is asked directly', async () => {
  setEnvironment('HTTP_PROXY', proxyUrl)
  setEnvironment('NO_PROXY', '.invalid')
  expect(await ask('http://models.invalid/v1')).toBe('MAESTRO_SERVING_CONNECTION')
  expect(asked).toEqual([])
})

test('an address with TLS is asked through a tunnel of HTTPS_PROXY', async () => {
  setEnvironment('HTTPS_PROXY', proxyUrl)
  setEnvironment('NO_PROXY', '')
  // The server behind the proxy speaks no TLS: the tunnel is what counts.
  expect(await ask('https://models.invalid/v1')).toBe('MAESTRO_SERVING_CONNECTION')
  expect(asked).toEqual(['models.invalid:443'])
})

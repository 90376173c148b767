import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { Agent } from 'undici'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createHttpFetch, httpFetch } from './http-fetch.js'
import { readBytes, readText } from './read-body.js'
import { sendHttp } from './send-http.js'

const servers: Server[] = []

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

afterEach(() => {
  vi.unstubAllEnvs()
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

describe('sendHttp', () => {
  test('it sends the request and returns the reply with its headers', async () => {
    const url = await serve(async (request, response) => {
      const body = Buffer.concat(await request.toArray()).toString()
      const { method, url, headers } = request
      response.writeHead(201, { 'x-two': ['a', 'b'] })
      response.end(JSON.stringify({ method, url, body, key: headers['x-key'] }))
    })
    const reply = await sendHttp(`${url}/v1/things?key=secret`, { headers: { 'X-Key': 'k' }, body: 'grüße' })
    expect(reply).toMatchObject({ status: 201, statusText: 'Created', url: `${url}/v1/things` })
    expect(reply.headers.get('x-two')).toBe('a, b')
    expect(JSON.parse(await readText(reply))).toEqual({
      method: 'POST',
      url: '/v1/things?key=secret',
      body: 'grüße',
      key: 'k',
    })
  })

  test('connections are kept for the requests that follow', async () => {
    const ports = new Set<number | undefined>()
    const url = await serve((request, response) => {
      ports.add(request.socket.remotePort)
      response.end('ok')
    })
    for (let turn = 0; turn < 20; turn++) await readText(await sendHttp(url))
    // The end of a body is known a moment before its connection is free.
    expect(ports.size).toBeLessThanOrEqual(2)
  })

  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
  ])('a body in %s is decompressed', async (encoding, compress) => {
    const url = await serve((_, response) => {
      response.setHeader('content-encoding', encoding)
      response.end(compress('text '.repeat(1000)))
    })
    const reply = await sendHttp(url)
    expect(reply.headers.has('content-encoding')).toBe(false)
    expect(await readText(reply)).toBe('text '.repeat(1000))
  })

  const reply = JSON.stringify({ text: 'Ärger '.repeat(100) })
  test.each<[string, string | undefined, Buffer]>([
    ['that only calls itself gzip', 'gzip', Buffer.from(reply)],
    ['that only calls itself br', 'br', Buffer.from(reply)],
    ['that only calls itself deflate, with spaces before it', 'deflate', Buffer.from(` \n${reply}`)],
    ['in gzip that calls itself br', 'br', gzipSync(reply)],
    ['in gzip without its name', undefined, gzipSync(reply)],
    ['in deflate without a head', 'deflate', deflateRawSync(reply)],
    ['compressed twice', 'gzip, br', brotliCompressSync(gzipSync(reply))],
    ['compressed once that calls itself compressed twice', 'gzip, gzip', gzipSync(reply)],
  ])('a body %s is read', async (_, encoding, body) => {
    const url = await serve((_, response) => {
      if (encoding !== undefined) response.setHeader('content-encoding', encoding)
      response.end(body)
    })
    expect(JSON.parse(await readText(await sendHttp(url)))).toEqual(JSON.parse(reply))
    expect(await (await httpFetch(url)).json()).toEqual(JSON.parse(reply))
  })

  test('an empty body may call itself compressed', async () => {
    const url = await serve((_, response) => {
      response.setHeader('content-encoding', 'gzip')
      response.end()
    })
    expect(await readText(await sendHttp(url))).toBe('')
  })

  test.each([100, 102, 103])('an interim reply %i before the reply is skipped', async (status) => {
    const whole = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\nx-one: 1\r\n\r\nok'
    const asked: string[] = []
    const server = createTcpServer((socket) => {
      socket.on('error', () => undefined)
      socket.on('data', (data) => {
        asked.push(String(data))
        socket.write(`HTTP/1.1 ${status} Interim\r\n\r\n${whole}`)
      })
    }).listen(0)
    await once(server, 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    for (const text of ['first', 'second']) {
      const { status: given, headers, body } = await sendHttp(url, { body: text, headers: { 'x-key': 'k' } })
      expect([given, headers.get('x-one'), await readText({ url, body })]).toEqual([200, '1', 'ok'])
    }
    // undici breaks the connection at 100, so its request is sent once more; this is done once for each server.
    expect(asked.map((text) => text.split('\r\n\r\n')[1])).toEqual([
      ...(status === 100 ? ['first'] : []),
      'first',
      'second',
    ])
    expect(asked.at(-1)).toMatch(/^POST \/ HTTP.*x-key: k/s)
    server.close()
  })

  test('a compressed body that breaks off fails', async () => {
    const url = await serve((_, response) => {
      response.setHeader('content-encoding', 'gzip')
      response.end(gzipSync('text '.repeat(1000)).subarray(0, 30))
    })
    await expect(sendHttp(url).then(readText)).rejects.toThrow(/unexpected end/)
  })

  test('a body over its bound fails with a typed error, also when it is small while compressed', async () => {
    const url = await serve((_, response) => {
      response.setHeader('content-encoding', 'gzip')
      response.end(gzipSync(Buffer.alloc(1_000_000)))
    })
    expect(await readBytes(await sendHttp(url), { maxBytes: 1_000_000 })).toHaveLength(1_000_000)
    await expect(
      sendHttp(`${url}/?key=secret`).then((reply) => readBytes(reply, { maxBytes: 999_999 })),
    ).rejects.toThrow(
      expect.objectContaining({ code: 'MAESTRO_HTTP_TOO_LARGE', details: { url: `${url}/`, limit: 999_999 } }),
    )
  })

  test('an unread body can be destroyed', async () => {
    const url = await serve((_, response) => void response.write('and so on'))
    const { body } = await sendHttp(url)
    const closed = new Promise((resolve) => body.on('close', resolve))
    body.destroy()
    await closed
    expect(body.destroyed).toBe(true)
  })

  test('redirects are not followed', async () => {
    const url = await serve((_, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end())
    expect((await sendHttp(url)).status).toBe(302)
  })

  test('the signal ends the waiting for a reply and for its body, with its reason', async () => {
    const url = await serve((request, response) => {
      if (request.url === '/half') response.write('half')
    })
    const reason = new Error('enough')
    const silent = new AbortController()
    const outcome = sendHttp(url, { signal: silent.signal })
    silent.abort(reason)
    await expect(outcome).rejects.toBe(reason)
    const half = new AbortController()
    const text = readText(await sendHttp(`${url}/half`, { signal: half.signal }))
    half.abort(reason)
    await expect(text).rejects.toBe(reason)
  })

  test('a refused and a broken connection have the code of Node', async () => {
    const url = await serve((_, response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('half', () => response.destroy())
    })
    await expect(sendHttp('http://127.0.0.1:1/')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    await expect(sendHttp(url).then(readText)).rejects.toMatchObject({
      code: expect.stringMatching(/^(UND_ERR_SOCKET|ECONNRESET)$/),
    })
  })

  test('the dispatcher of the global fetch stays that of Node', async () => {
    await readText(await sendHttp(await serve((_, response) => response.end())))
    expect(Reflect.get(globalThis, Symbol.for('undici.globalDispatcher.1'))).not.toBeInstanceOf(Agent)
  })
})

describe('behind a proxy', () => {
  /** A real proxy that connects every name to one server. */
  async function proxy(target: string): Promise<{ readonly url: string; readonly asked: string[] }> {
    const asked: string[] = []
    const url = await serve((request, response) => {
      asked.push(request.url ?? '')
      response.end('through the proxy')
    })
    servers.at(-1)?.on('connect', (request, socket) => {
      asked.push(request.url ?? '')
      const there = connect(Number(new URL(target).port), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection Established\r\n\r\n')
        there.pipe(socket).pipe(there)
      })
      socket.on('error', () => there.destroy())
      there.on('error', () => socket.destroy())
    })
    return { url, asked }
  }

  test('requests go through HTTP_PROXY, except to this machine and to what NO_PROXY lists', async () => {
    const target = await serve((_, response) => response.end('through the proxy'))
    const { url, asked } = await proxy(target)
    vi.stubEnv('HTTP_PROXY', url)
    vi.stubEnv('http_proxy', url)
    expect(await readText(await sendHttp('http://models.example/v1'))).toBe('through the proxy')
    expect(asked).toHaveLength(1)
    expect(asked[0]).toContain('models.example')
    await readText(await sendHttp(target))
    vi.stubEnv('NO_PROXY', '.invalid')
    vi.stubEnv('no_proxy', '.invalid')
    await expect(sendHttp('http://models.invalid/v1')).rejects.toMatchObject({
      code: expect.stringMatching(/^(ENOTFOUND|EAI_AGAIN)$/),
    })
    expect(asked).toHaveLength(1)
  })

  test('a proxy needs no scheme, and NO_PROXY may list IPv6 without brackets and names with a dot at the end', async () => {
    const target = await serve((_, response) => response.end('through the proxy'))
    const { url, asked } = await proxy(target)
    vi.stubEnv('HTTP_PROXY', url.replace('http://', ''))
    vi.stubEnv('http_proxy', url.replace('http://', ''))
    expect(await readText(await sendHttp('http://models.example/v1'))).toBe('through the proxy')
    vi.stubEnv('NO_PROXY', '2001:db8::1, models.invalid.')
    vi.stubEnv('no_proxy', '2001:db8::1, models.invalid.')
    // Nothing has these addresses.
    await expect(sendHttp('http://models.invalid/v1')).rejects.toThrow()
    await expect(sendHttp('http://[2001:db8::1]/v1', { signal: AbortSignal.timeout(500) })).rejects.toThrow()
    expect(asked).toHaveLength(1)
  })

  test('requests go through a SOCKS proxy that ALL_PROXY names', async () => {
    const target = await serve((_, response) => response.end('through the proxy'))
    const asked: string[] = []
    const socks = createTcpServer((socket) => {
      socket.once('data', () => {
        // Version 5, no authentication.
        socket.write(Buffer.of(5, 0))
        socket.once('data', (request) => {
          // The length and the name of the host stand behind four bytes.
          asked.push(request.subarray(5, 5 + Number(request[4])).toString())
          const there = connect(Number(new URL(target).port), '127.0.0.1')
          socket.write(Buffer.of(5, 0, 0, 1, 0, 0, 0, 0, 0, 0))
          there.pipe(socket).pipe(there)
          there.on('error', () => socket.destroy())
        })
      })
      socket.on('error', () => undefined)
    })
    await new Promise<void>((resolve) => socks.listen(0, '127.0.0.1', resolve))
    vi.stubEnv('ALL_PROXY', `socks5h://127.0.0.1:${(socks.address() as AddressInfo).port}`)
    expect(await readText(await sendHttp('http://models.example/v1'))).toBe('through the proxy')
    expect(asked).toEqual(['models.example'])
    socks.close()
  })

  test('requests over TLS go through HTTPS_PROXY', async () => {
    const target = await serve((_, response) => response.end())
    const { url, asked } = await proxy(target)
    vi.stubEnv('HTTPS_PROXY', url)
    vi.stubEnv('https_proxy', url)
    // The server behind the proxy speaks no TLS: the tunnel is what counts.
    await expect(sendHttp('https://models.example/v1')).rejects.toThrow()
    expect(asked).toEqual(['models.example:443'])
  })
})

describe('httpFetch', () => {
  test('sends forms, and reads whole replies and streams', async () => {
    const url = await serve(async (request, response) => {
      const body = Buffer.concat(await request.toArray()).toString()
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ method: request.method, type: request.headers['content-type'], body }))
    })
    const form = new FormData()
    form.set('file', new File(['sound'], 'a.wav', { type: 'audio/wav' }))
    const response = await httpFetch(url, { method: 'POST', body: form })
    const reply = (await response.json()) as { readonly body: string }
    expect(reply).toMatchObject({ method: 'POST', type: expect.stringContaining('multipart/form-data; boundary=') })
    expect(reply.body).toContain('sound')
    const plain = await httpFetch(new Request(`${url}/x`, { method: 'PUT', body: 'text' }))
    expect(await plain.json()).toMatchObject({ method: 'PUT', body: 'text' })
  })

  test('a stream is given as it comes, and bounded', async () => {
    let finish: (() => void) | undefined
    const url = await serve((_, response) => {
      response.setHeader('content-type', 'text/event-stream')
      response.write('data: 1\n\n')
      finish = () => response.end('data: 2\n\n')
    })
    const reader = (await httpFetch(url)).body?.getReader()
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('data: 1\n\n')
    finish?.()
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('data: 2\n\n')
    expect((await reader?.read())?.done).toBe(true)
    const bounded = await createHttpFetch({ maxBytes: 12 })(url)
    finish?.()
    await expect(bounded.text()).rejects.toMatchObject({ code: 'MAESTRO_HTTP_TOO_LARGE' })
  })

  test('a reply without a body is one', async () => {
    const url = await serve((_, response) => response.writeHead(204).end())
    const reply = await httpFetch(url)
    expect([reply.status, reply.body]).toEqual([204, null])
  })
})

describe('the encodings of a text', () => {
  const written = { text: 'bäd' }
  test.each<[string, string, Buffer]>([
    ['UTF-8', 'application/json', Buffer.from(JSON.stringify(written))],
    ['UTF-8 under the name of another', 'application/json; charset=iso-8859-1', Buffer.from(JSON.stringify(written))],
    ['UTF-8 under a name that nobody knows', 'application/json; charset=x-none', Buffer.from(JSON.stringify(written))],
    ['Latin 1', 'application/json; charset=ISO-8859-1', Buffer.from(JSON.stringify(written), 'latin1')],
    ['UTF-16 with a mark', 'application/json', Buffer.from(`\ufeff${JSON.stringify(written)}`, 'utf16le')],
    ['UTF-16 with its name', 'application/json; charset=utf-16le', Buffer.from(JSON.stringify(written), 'utf16le')],
  ])('%s', async (_, type, bytes) => {
    const url = await serve((_, response) => response.writeHead(200, { 'content-type': type }).end(bytes))
    expect(await (await httpFetch(url)).json()).toEqual(written)
  })
})

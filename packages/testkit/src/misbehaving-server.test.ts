import { get } from 'node:http'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { startMisbehavingServer } from './misbehaving-server.js'
import { openAIReplies } from './misbehaving-server-openai.js'
import { replies } from './misbehaving-server-replies.js'

const server = await startMisbehavingServer()
beforeEach(() => server.reset())
afterAll(() => server.close())

/** What a broken connection is called depends on the moment. */
const broken = /^(ECONNRESET|UND_ERR_SOCKET)$/

const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => 'no error',
    ({ cause, name }: Error & { cause?: { code?: string; name: string } }) => cause?.code ?? cause?.name ?? name,
  )

describe('the server that misbehaves', () => {
  test('plays its script in order, then its constant reply, and records the requests', async () => {
    server.next(replies.error(429, 'slow down', { 'retry-after-ms': '5' }, 'rate_limit_exceeded'), replies.json(1))
    server.always(({ method, path, body }) => replies.json({ method, path, body }))
    const first = await fetch(server.url)
    expect([first.status, first.headers.get('retry-after-ms')]).toEqual([429, '5'])
    expect(await first.json()).toEqual({ error: { message: 'slow down', type: 'error', code: 'rate_limit_exceeded' } })
    expect(await (await fetch(server.url)).json()).toBe(1)
    const sent = { method: 'POST', headers: { 'x-mine': 'yes' }, body: '{"a":1}' }
    const last = await fetch(`${server.url}/v1/things?of=mine`, sent)
    expect(await last.json()).toEqual({ method: 'POST', path: '/v1/things?of=mine', body: '{"a":1}' })
    expect(server.requests).toHaveLength(3)
    expect(server.requests[2]).toMatchObject({ headers: { 'x-mine': 'yes' }, body: '{"a":1}' })
    expect([server.requests[2]?.json(), server.requests[2]?.bytes.length]).toEqual([{ a: 1 }, 7])
    server.reset()
    expect(server.requests).toEqual([])
    expect((await fetch(server.url)).status).toBe(501)
  })

  test('breaks connections at once, in the middle of a body, and by bytes that are not HTTP', async () => {
    const whole = replies.json({ text: 'x'.repeat(100) })
    server.next(replies.reset(), replies.cutAfter(whole, 20), replies.raw('SSH-2.0-something\r\n'))
    expect(await codeOf(fetch(server.url))).toMatch(broken)
    const cut = await fetch(server.url)
    expect(await codeOf(cut.text())).toMatch(broken)
    expect(await codeOf(fetch(server.url))).toBe('HTTPParserError')
  })

  test('says nothing, or nothing more, until the client has enough', async () => {
    server.next(replies.silence(), replies.stallAfter(replies.json('x'.repeat(100)), 20))
    const silent = new AbortController()
    const waiting = fetch(server.url, { signal: silent.signal })
    await expect.poll(() => server.requests.length).toBe(1)
    silent.abort()
    expect(await codeOf(waiting)).toBe('AbortError')
    const stalled = new AbortController()
    const { body } = await fetch(server.url, { signal: stalled.signal })
    const reader = body?.getReader()
    expect((await reader?.read())?.value).toHaveLength(20)
    const next = reader?.read() ?? Promise.resolve()
    stalled.abort()
    expect(await codeOf(next)).toBe('AbortError')
  })

  test('sends bodies that are slow, packed, half, empty, or of another type', async () => {
    const value = { text: 'Ärger'.repeat(20) }
    server.next(
      replies.slowly(replies.json(value), { bytes: 25, milliseconds: 1 }),
      replies.gzip(replies.json(value)),
      replies.halfJson(value),
      replies.empty(),
      replies.ofType('text/plain', JSON.stringify(value)),
      replies.htmlPage(502),
    )
    const ask = () => fetch(server.url)
    let pieces = 0
    for await (const _ of (await ask()).body ?? []) pieces++
    expect(pieces).toBeGreaterThan(2)
    const packed = await ask()
    expect(packed.headers.get('content-encoding')).toBe('gzip')
    expect(await packed.json()).toEqual(value)
    const half = await (await ask()).text()
    expect(JSON.stringify(value).startsWith(half)).toBe(true)
    expect(() => JSON.parse(half)).toThrow()
    expect(await (await ask()).text()).toBe('')
    const plain = await ask()
    expect([plain.headers.get('content-type'), await plain.json()]).toEqual(['text/plain', value])
    const page = await ask()
    expect([page.status, await page.text()]).toEqual([502, expect.stringContaining('<html>')])
  })

  test('sends a header twice, and a redirect', async () => {
    server.next(replies.json(1, { 'x-ratelimit-limit-requests': ['60', '60'] }), replies.redirect('http://10.0.0.1/'))
    const raw = await new Promise<string[]>((resolve) => get(server.url, (reply) => resolve(reply.resume().rawHeaders)))
    expect(raw.filter((name) => name.toLowerCase() === 'x-ratelimit-limit-requests')).toHaveLength(2)
    const moved = await fetch(server.url, { redirect: 'manual' })
    expect([moved.status, moved.headers.get('location')]).toEqual([307, 'http://10.0.0.1/'])
  })

  test('speaks as OpenAI does: chats, streams, vectors that are too few or of another dimension', async () => {
    server.next(openAIReplies.chat('Hello', { finish_reason: 'length' }), openAIReplies.chatStream(['Hel', 'lo']))
    expect(await (await fetch(server.url)).json()).toMatchObject({
      choices: [{ finish_reason: 'length', message: { content: 'Hello' } }],
    })
    const events = (await (await fetch(server.url)).text()).split('\n\n')
    expect(events.at(0)).toContain('"content":"Hel"')
    expect(events.at(-2)).toBe('data: [DONE]')
    server.always((request) => openAIReplies.vectors(request, { fewer: 1, dimensions: 2 }))
    const post = { method: 'POST', body: JSON.stringify({ input: ['a', 'bcd'] }) }
    expect(await (await fetch(server.url, post)).json()).toMatchObject({ data: [{ index: 0, embedding: [1, 0] }] })
  })

  test('closing it ends waiting requests', async () => {
    const other = await startMisbehavingServer()
    other.always(replies.silence())
    const waiting = codeOf(fetch(other.url))
    await expect.poll(() => other.requests.length).toBe(1)
    await other.close()
    expect(await waiting).toMatch(broken)
  })
})

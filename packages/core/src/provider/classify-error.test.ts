import { createServer, request, type Server } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { maestroError } from '../errors/error-table.js'
import { classifyError } from './classify-error.js'
import { sendHttp } from './http/send-http.js'

/** What fetch throws of a server that does this. */
async function failureOf(handle: (server: Server) => Promise<void> | void): Promise<unknown> {
  const server = createServer((request) => request.socket.destroy())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await handle(server)
  try {
    await fetch(`http://127.0.0.1:${port}`)
    return undefined
  } catch (error) {
    return error
  } finally {
    if (server.listening) server.close()
  }
}

test('a typed error stays as it is', () => {
  const error = maestroError('MAESTRO_SERVING_QUOTA', { serving: 'm', reason: 'no' })
  expect(classifyError('other', error)).toBe(error)
})

test.each(['first-half\nsecond-half', 'first-half→second-half'])(
  'the key %j, which no header may contain, is not repeated',
  (key) => {
    const attempts: readonly (() => unknown)[] = [
      () => new Headers().append('authorization', `Bearer ${key}`),
      () => new Headers({ 'x-api-key': key }),
      () => new Request('http://127.0.0.1', { headers: { 'x-api-key': key } }),
      () => request('http://127.0.0.1:1', { headers: { 'x-api-key': key } }),
    ]
    for (const attempt of attempts) {
      let thrown: unknown
      try {
        attempt()
      } catch (error) {
        thrown = new TypeError('fetch failed', { cause: error })
      }
      const error = classifyError('m', thrown)
      expect(error.code).toBe('MAESTRO_SERVING_AUTHENTICATION')
      expect(inspect(error, { depth: 9 })).not.toMatch(/(first|second)-half/)
    }
  },
)

test('a server that is not there, and one that breaks off, are connections', async () => {
  const gone = await failureOf((server) => new Promise<void>((resolve) => void server.close(() => resolve())))
  expect(classifyError('m', gone)).toMatchObject({ code: 'MAESTRO_SERVING_CONNECTION', retryable: true })
  expect(classifyError('m', gone).message).toContain('ECONNREFUSED')
  const broken = await failureOf(() => undefined)
  expect(classifyError('m', broken)).toMatchObject({ code: 'MAESTRO_SERVING_CONNECTION', cause: broken })
})

test('a server that speaks another protocol is a connection', async () => {
  const server = createTcpServer((socket) => socket.on('data', () => socket.end('SSH-2.0-OpenSSH\r\n')))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const thrown = await sendHttp(`http://127.0.0.1:${port}`).catch((error) => error)
  server.close()
  expect(classifyError('m', thrown)).toMatchObject({ code: 'MAESTRO_SERVING_CONNECTION', cause: thrown })
})

test('a status is looked up, wherever in the causes it stands', () => {
  const answer = Object.assign(new Error('slow down'), { status: 429 })
  const wrapped = new Error('the chain failed', { cause: answer })
  expect(classifyError('m', wrapped)).toMatchObject({ code: 'MAESTRO_SERVING_RATE_LIMITED', cause: wrapped })
  const own = Object.assign(new Error('no'), { status: 400, code: 'context_length_exceeded' })
  expect(classifyError('m', own)).toMatchObject({ code: 'MAESTRO_SERVING_CONTEXT_TOO_LONG' })
})

test.each([['a text'], [undefined], [null], [7], [new TypeError('no')], [{}], [{ status: 200 }]])(
  '%s is a failure that is not tried again',
  (thrown) => {
    expect(classifyError('m', thrown)).toMatchObject({ code: 'MAESTRO_SERVING_FAILED', retryable: false })
  },
)

test('causes that go round in a circle end', () => {
  const one = new Error('one')
  const other = new Error('other', { cause: one })
  one.cause = other
  expect(classifyError('m', one)).toMatchObject({ code: 'MAESTRO_SERVING_FAILED' })
})

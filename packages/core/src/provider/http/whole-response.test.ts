import { describe, expect, test } from 'vitest'
import { type WholeResponse, wholeResponse } from './whole-response.js'

const head = (status = 200, headers: Record<string, string> = { 'content-type': 'application/json' }) => ({
  status,
  statusText: 'As it is',
  headers: new Headers(headers),
})
const response = (text: string, ...rest: Parameters<typeof head>) =>
  wholeResponse(new TextEncoder().encode(text), head(...rest))

/** A stream as client libraries read it. */
async function read(body: ReadableStream): Promise<string> {
  const pieces: Uint8Array[] = []
  const reader = body.getReader()
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) pieces.push(piece.value)
  await reader.cancel()
  reader.releaseLock()
  return Buffer.concat(pieces).toString()
}

describe('a reply that was read as a whole', () => {
  test('is a response with its head', () => {
    expect(response('{}')).toBeInstanceOf(Response)
    expect(response('{}')).toMatchObject({ ok: true, status: 200, statusText: 'As it is', redirected: false, url: '' })
    expect([199, 299, 300, 529].map((status) => response('', status).ok)).toEqual([false, true, false, false])
    expect(response('{}').headers.get('Content-Type')).toBe('application/json')
  })

  test.each<[string, (given: WholeResponse) => Promise<unknown>, unknown]>([
    ['text', (given) => given.text(), '{"a":"ä"}'],
    ['JSON', (given) => given.json(), { a: 'ä' }],
    ['bytes', async (given) => Buffer.from(await given.bytes()).toString(), '{"a":"ä"}'],
    ['a buffer', async (given) => Buffer.from(await given.arrayBuffer()).toString(), '{"a":"ä"}'],
    ['a blob', async (given) => (await given.blob()).text(), '{"a":"ä"}'],
    ['a stream', (given) => read(given.body), '{"a":"ä"}'],
    ['a copy', (given) => given.clone().text(), '{"a":"ä"}'],
  ])('gives its body as %s', async (_, take, expected) => {
    expect(await take(response('{"a":"ä"}'))).toEqual(expected)
  })

  test('gives its body as a form', async () => {
    const form = response('a=1&b=2', 200, { 'content-type': 'application/x-www-form-urlencoded' }).formData()
    expect([...(await form)]).toEqual([
      ['a', '1'],
      ['b', '2'],
    ])
  })

  test('has a stream of nothing if it is empty', async () => {
    expect(await read(response('').body)).toBe('')
  })

  test('is read once', async () => {
    const given = response('{}')
    await given.text()
    expect(given.bodyUsed).toBe(true)
    await expect(given.json()).rejects.toThrow(TypeError)
    expect(() => given.clone()).toThrow(TypeError)
    const locked = response('{}')
    locked.body.getReader()
    await expect(locked.text()).rejects.toThrow(TypeError)
  })

  test('a stream that is read takes nothing away from a copy', async () => {
    const given = response('{}')
    const copy = given.clone()
    await read(given.body)
    expect(await copy.text()).toBe('{}')
  })
})

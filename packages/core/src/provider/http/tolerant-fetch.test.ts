import { createServer } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { tolerantFetch } from './tolerant-fetch.js'

let body: unknown
let type = 'application/json'
const server = createServer((_, response) => {
  response.setHeader('content-type', type)
  response.end(typeof body === 'string' ? body : JSON.stringify(body))
})
let url = ''
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
})
afterAll(() => void server.close())

async function received(reply: unknown, contentType = 'application/json') {
  body = reply
  type = contentType
  const response = await tolerantFetch(url)
  return { status: response.status, text: await response.text() }
}

const choice = { index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'bad' } }

test('a failure under status 200 gets the status of a failure and keeps its words', async () => {
  const { status, text } = await received({ error: { message: 'No.', code: 503 } })
  expect([status, JSON.parse(text)]).toMatchObject([503, { error: { message: 'No.' } }])
  expect((await received({ error: 'No.' })).status).toBe(500)
})

test('side data of a wrong type are dropped, and the answer stays', async () => {
  const usage = { prompt_tokens: '7', completion_tokens: -3, prompt_tokens_details: { cached_tokens: 2 } }
  const { status, text } = await received({ id: null, model: 7, created: 'then', usage, choices: [choice], more: 1 })
  expect([status, JSON.parse(text)]).toEqual([
    200,
    { usage: { prompt_tokens: 7, prompt_tokens_details: { cached_tokens: 2 } }, choices: [choice], more: 1 },
  ])
})

test('a reply without an answer says that a filter acted', async () => {
  const { status, text } = await received({ choices: [], prompt_filter_results: [{}] })
  expect([status, JSON.parse(text)]).toMatchObject([400, { error: { code: 'content_filter' } }])
})

test.each<[string, unknown, string?]>([
  ['a reply of another form', { content: [{ type: 'text', text: 'bad' }], usage: { input_tokens: 7 } }],
  ['a reply that is no JSON', 'hello'],
  ['a reply of another type', '{"error":"No."}', 'text/plain'],
])('%s stays as it is', async (_, reply, contentType) => {
  const { status, text } = await received(reply, contentType)
  expect([status, text]).toEqual([200, typeof reply === 'string' ? reply : JSON.stringify(reply)])
})

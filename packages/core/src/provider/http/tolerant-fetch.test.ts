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
  ['a reply of another type', '{"error":"No."}', 'application/octet-stream'],
])('%s stays as it is', async (_, reply, contentType) => {
  const { status, text } = await received(reply, contentType)
  expect([status, text]).toEqual([200, typeof reply === 'string' ? reply : JSON.stringify(reply)])
})

test('the counts of a reply are moved to where client libraries look for them', async () => {
  const { text } = await received({ choices: [{ ...choice, usage: { prompt_tokens: 7, completion_tokens: 3 } }] })
  expect(JSON.parse(text).usage).toEqual({ prompt_tokens: 7, completion_tokens: 3 })
  const gemini = await received({ choices: [choice], usageMetadata: { promptTokenCount: 7, candidatesTokenCount: 3 } })
  expect(JSON.parse(gemini.text).usage).toEqual({ prompt_tokens: 7, completion_tokens: 3 })
})

test('JSON that only a tolerant reader can read is written anew', async () => {
  const { text } = await received(`\ufeff{"logprob":-Infinity,"choices":[${JSON.stringify(choice)}]}`)
  expect(JSON.parse(text)).toEqual({ logprob: null, choices: [choice] })
})

test('a text or its data in place of a message are an answer, and no message is an error', async () => {
  const messageOf = async (message: unknown) => {
    const { status, text } = await received({ choices: [{ index: 0, finish_reason: 'stop', message }] })
    const { choices, error } = JSON.parse(text)
    return [status, error?.code ?? choices[0].message.content]
  }
  expect(await messageOf('bad')).toEqual([200, 'bad'])
  expect(await messageOf({ content: { tone: 'bad' } })).toEqual([200, '{"tone":"bad"}'])
  expect(await messageOf(null)).toEqual([502, 'unexpected_reply'])
  expect(await messageOf([])).toEqual([502, 'unexpected_reply'])
})

test('JSON under the type of a text is JSON', async () => {
  body = { choices: [choice] }
  type = 'text/html'
  const response = await tolerantFetch(url)
  expect(response.headers.get('content-type')).toBe('application/json')
})

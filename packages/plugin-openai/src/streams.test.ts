import { openAIReplies, type Reply, replies, startMisbehavingServer } from '@maestro-dataflow/testkit'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { OpenAIChatServing } from './chat-serving.js'

const server = await startMisbehavingServer()
beforeEach(() => server.reset())
afterAll(() => server.close())

const answered = async (reply: Reply) => {
  server.next(reply)
  const serving = new OpenAIChatServing({ model: 'm', baseUrl: `${server.url}/v1`, apiKey: 'k', stream: true })
  return serving.generate({ messages: [{ role: 'user', content: 'Hello?' }] })
}
const stream = openAIReplies.chatStream(['Ärger ', '👩🏽‍🚀'])
const body = String(stream.body)
const jsonLines = body.replaceAll(/^data: /gm, '').replaceAll('\n\n', '\n')
const pieces = jsonLines.split('\n').filter((line) => line.startsWith('{'))
const listOf = (between: string) => `[${pieces.join(between)}]`
const written = (text: string): Reply => ({ ...stream, body: text })

test.each<[string, Reply]>([
  ['as it should be', stream],
  ['with lines that end as on Windows', written(body.replaceAll('\n', '\r\n'))],
  [
    'with comments, names and ids',
    written(`: keep-alive\n\n${body.replaceAll('data:', 'event: message\nid: 1\ndata:')}`),
  ],
  ['without a space behind the colon', written(body.replaceAll('data: ', 'data:'))],
  ['without blank lines', written(body.replaceAll('\n\n', '\n'))],
  ['without an end to the last line', written(body.trimEnd())],
  ['byte by byte', replies.slowly(stream, { bytes: 1, milliseconds: 0 })],
  ['packed', { ...replies.gzip(stream) }],
  ['with a mark of its byte order', written(`\uFEFF${body}`)],
  ['with [DONE] and no finish reason', openAIReplies.chatStream(['Ärger ', '👩🏽‍🚀'], null)],
  ['with empty events', written(body.replaceAll('data: {', 'data: \n\ndata: {'))],
  ['with the content type of a text', replies.ofType('text/plain', body)],
  [
    'that is a whole answer',
    written(String(openAIReplies.chat('Ärger 👩🏽‍🚀').body).replace('"completion_tokens":3', '"completion_tokens":2')),
  ],
  [
    'that ends with the whole message',
    written(body.replace('"delta":{}', '"delta":{},"message":{"content":"Ärger 👩🏽‍🚀"}')),
  ],
  ['with constants that JSON lacks', written(body.replaceAll('"created":1', '"created":NaN'))],
  ['with the content type of JSON', replies.ofType('application/json', body)],
  ['of lines that are JSON', written(jsonLines)],
  ['of lines that are JSON, with their content type', replies.ofType('application/x-ndjson', jsonLines)],
  ['of one list', replies.ofType('application/json', listOf(', '))],
  ['of one list over many lines, under the type of a stream', written(listOf('\n,\r\n'))],
  ['of one list that is an event', written(`data: ${listOf(',')}\n\n`)],
  ['of one list that arrives byte by byte', replies.slowly(written(listOf(',\n')), { bytes: 1, milliseconds: 0 })],
  ['with a missing reason as a text', written(body.replaceAll('"finish_reason":null', '"finish_reason":"null"'))],
  ['with a finish reason and no [DONE]', openAIReplies.chatStream(['Ärger ', '👩🏽‍🚀'], 'stop', null)],
])('a stream %s', async (_, reply) => {
  expect(await answered(reply)).toMatchObject({
    text: 'Ärger 👩🏽‍🚀',
    finishReason: 'stop',
    usage: { inputTokens: 7, outputTokens: 2 },
  })
})

test.each([
  ['the type of JSON', 'application/json'],
  ['the type of a stream', 'text/event-stream'],
])('a list of pieces that breaks off, under %s, is no answer', async (_, type) => {
  const cut = listOf('\n,\n').slice(0, -60)
  await expect(answered(replies.ofType(type, cut))).rejects.toMatchObject({ code: 'MAESTRO_SERVING_BROKEN_REPLY' })
  const unfinished = `[${pieces.slice(0, 2).join(',')}]`
  await expect(answered(replies.ofType(type, unfinished))).rejects.toMatchObject({
    code: 'MAESTRO_SERVING_BROKEN_REPLY',
  })
})

test.each<[string, object, string]>([
  [
    'that a gateway calls complete, although its server has cut it off',
    { native_finish_reason: 'MAX_TOKENS' },
    'length',
  ],
  ['whose native reason is unknown', { native_finish_reason: 'something new' }, 'stop'],
  ['whose only reason stands elsewhere', { finish_reason: null, stop_reason: 'length' }, 'length'],
  ['that ended with a text of the user', { stop_reason: 'length' }, 'stop'],
])('the end of an answer %s', async (_, end, finishReason) => {
  const choice = { index: 0, finish_reason: 'stop', ...end }
  const whole = replies.json({ choices: [{ ...choice, message: { content: 'bad' } }] })
  expect(await answered(whole)).toMatchObject({ text: 'bad', finishReason })
  const pieces = replies.events([{ choices: [{ index: 0, delta: { content: 'bad' } }] }, { choices: [choice] }], null)
  expect(await answered(pieces)).toMatchObject({ text: 'bad', finishReason })
})

test('a caller with a listener receives each piece as it arrives, even if the config does not ask for a stream', async () => {
  server.next(stream)
  const serving = new OpenAIChatServing({ model: 'm', baseUrl: `${server.url}/v1`, apiKey: 'k' })
  const pieces: string[] = []
  const { text } = await serving.generate(
    { messages: [{ role: 'user', content: 'Hello?' }] },
    { onText: (piece) => pieces.push(piece) },
  )
  expect(pieces).toEqual(['Ärger ', '👩🏽‍🚀'])
  expect(text).toBe(pieces.join(''))
  expect(JSON.parse(String(server.requests.at(-1)?.body))).toMatchObject({ stream: true })
})

test.each([
  ['{"error":{"message":"The engine is away.","code":503}}', 'OVERLOADED'],
  ['{"object":"error","message":"The engine is away.","code":400}', 'BAD_REQUEST'],
  ['{"error":"The engine is away."}', 'SERVER'],
])('a failure in the middle is told in its words: %s', async (event, code) => {
  const [first = ''] = body.split('\n\n')
  await expect(answered(written(`${first}\n\ndata: ${event}\n\n`))).rejects.toMatchObject({
    code: `MAESTRO_SERVING_${code}`,
    details: { reason: 'The engine is away.' },
  })
})

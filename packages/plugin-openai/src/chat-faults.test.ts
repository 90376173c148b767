import { inspect } from 'node:util'
import { EnhancedLLMServing, type LLMRequest, type RequestDoneEvent, ServingPlane } from '@maestro-dataflow/core'
import { openAIReplies, replies, type ScriptedReply, startMisbehavingServer } from '@maestro-dataflow/testkit'
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { OpenAIChatServing } from './chat-serving.js'
import type { OpenAIChatOptions } from './chat-serving-options.js'

const server = await startMisbehavingServer()
beforeEach(() => {
  server.reset()
  // No waiting between tries where the server asks for none.
  vi.spyOn(Math, 'random').mockReturnValue(0)
})
afterAll(() => server.close())

const request: LLMRequest = { messages: [{ role: 'user', content: 'Hello?' }] }
const key = 'the key of this test'
let accounts = 0

/** Asks through the plane, which tries twice. */
async function ask(script: readonly ScriptedReply[], options: Partial<OpenAIChatOptions> = {}, retries = 1) {
  server.next(...script)
  let tries = 0
  // The plane cools a whole account, and that of another test is none of ours.
  const apiKey = `key ${accounts++}`
  const plane = new ServingPlane({ observer: { requestDone: (event) => (tries = event.tries) } })
  const provider = new OpenAIChatServing({ model: 'test-model', baseUrl: `${server.url}/v1`, apiKey, ...options })
  const serving = new EnhancedLLMServing(provider, { plane, settings: { retries } })
  const outcome = await serving.generate(request).then(
    ({ text }) => ({ text }),
    (error) => ({ error, code: error.code, details: error.details, hint: error.hint }),
  )
  return { ...outcome, tries }
}

const { error } = replies
const good = openAIReplies.chat('Hello!')
const twice = (reply: ScriptedReply) => [reply, reply]
const cut = replies.cutAfter(good, 20)

describe('every fault ends in its code', () => {
  test.each<[string, string, ScriptedReply]>([
    ['a key that is not accepted', 'AUTHENTICATION', error(401, 'Incorrect API key provided', {}, 'invalid_api_key')],
    ['a model that is not allowed', 'PERMISSION', error(403, 'You may not use this model')],
    ['a model that is not there', 'NOT_FOUND', error(404, 'The model does not exist', {}, 'model_not_found')],
    ['a wrong parameter', 'BAD_REQUEST', error(400, "Unknown parameter: 'top_k'")],
    ['a body that is not understood', 'BAD_REQUEST', error(422, 'Unprocessable')],
    [
      'a failure that is nested too deep',
      'BAD_REQUEST',
      replies.ofType('application/json', `${'{"error":'.repeat(20_000)}1${'}'.repeat(20_000)}`, 400),
    ],
    ['what the server cannot do', 'BAD_REQUEST', error(501, 'Not Implemented')],
    ['a network that wants a login', 'PERMISSION', error(511, 'Network Authentication Required')],
    ['a long prompt', 'CONTEXT_TOO_LONG', error(400, 'Too long', {}, 'context_length_exceeded')],
    ['a long prompt, in words', 'CONTEXT_TOO_LONG', error(400, "This model's maximum context length is 4096 tokens.")],
    [
      'a filter that leaves no answer',
      'FILTERED',
      replies.json({ choices: [], prompt_filter_results: [{}], usage: { prompt_tokens: 7 } }),
    ],
    ['a filter', 'FILTERED', error(400, 'The response was filtered', {}, 'content_filter')],
    ['no credit', 'QUOTA', error(429, 'You exceeded your current quota', {}, 'insufficient_quota')],
    ['no balance', 'QUOTA', error(402, 'Insufficient Balance')],
    [
      'a request that never fits the limit of a minute',
      'REQUEST_TOO_LARGE',
      error(429, 'Request too large on tokens per min (TPM): Limit 10000, Requested 13000.', {}, 'rate_limit_exceeded'),
    ],
    ['a redirect', 'NOT_FOUND', replies.redirect('http://10.0.0.1/v1/chat/completions')],
    ['too much asked, for an hour', 'RATE_LIMITED', error(429, 'Slow down', { 'retry-after': '3600' })],
    [
      'overloaded, until a date',
      'OVERLOADED',
      () => error(503, 'Busy', { 'retry-after': new Date(Date.now() + 3_600_000).toUTCString() }),
    ],
  ])('%s: MAESTRO_SERVING_%s, asked once', async (_, code, reply) => {
    const outcome = await ask([reply])
    expect(outcome).toMatchObject({ code: `MAESTRO_SERVING_${code}`, tries: 1 })
    expect(server.requests).toHaveLength(1)
  })

  test.each<[string, string, ScriptedReply]>([
    ['a fault of the server', 'SERVER', error(500, 'Internal error')],
    ['a page of a proxy', 'SERVER', replies.htmlPage(502)],
    ['too early', 'SERVER', error(425, 'Too early')],
    ['a connection that breaks', 'CONNECTION', replies.reset()],
    ['an answer that breaks off', 'CONNECTION', cut],
    ['a page instead of an answer', 'UNEXPECTED_REPLY', replies.htmlPage()],
    ['half of an answer', 'BROKEN_REPLY', replies.halfJson({ choices: [{ message: { content: 'Hello!' } }] })],
    ['nothing', 'UNEXPECTED_REPLY', replies.empty()],
    ['no choices', 'UNEXPECTED_REPLY', replies.json({ choices: [] })],
    ['other JSON', 'UNEXPECTED_REPLY', replies.json({ hello: 'world' })],
    ['null', 'UNEXPECTED_REPLY', replies.json(null)],
    ['what is no HTTP', 'BROKEN_REPLY', replies.raw('SSH-2.0-something\r\n')],
    ['an error in a good answer', 'SERVER', replies.json({ error: { message: 'Upstream failed', code: 502 } })],
    [
      'an answer that the server gave up',
      'OVERLOADED',
      openAIReplies.chat('', { finish_reason: 'insufficient_system_resource' }),
    ],
    ['an answer that ended in an error', 'SERVER', openAIReplies.chat('', { finish_reason: 'error' })],
  ])('%s: MAESTRO_SERVING_%s, asked again', async (_, code, reply) => {
    const ended = await ask([...twice(reply), error(401, 'enough')])
    // Being overloaded is no failure of the call: it is asked until the deadline, here until another answer.
    const patient = code === 'OVERLOADED'
    expect(ended).toMatchObject({
      code: patient ? 'MAESTRO_SERVING_AUTHENTICATION' : `MAESTRO_SERVING_${code}`,
      tries: patient ? 3 : 2,
    })
    server.reset()
    expect(await ask([reply, good])).toMatchObject({ text: 'Hello!', tries: 2 })
  })

  test('a server that is not there', async () => {
    const gone = await startMisbehavingServer()
    await gone.close()
    const outcome = await ask([], { baseUrl: gone.url })
    expect(outcome).toMatchObject({
      code: 'MAESTRO_SERVING_CONNECTION',
      details: { reason: expect.stringContaining('ECONNREFUSED') },
      tries: 2,
    })
    expect(await ask([], { baseUrl: 'http://no-such-host.invalid/v1' })).toMatchObject({
      code: 'MAESTRO_SERVING_CONNECTION',
      tries: 2,
    })
  })

  test.each<[number, Record<string, string | readonly string[]>]>([
    [429, { 'retry-after-ms': '1' }],
    [429, { 'retry-after': '0.001' }],
    [429, { 'retry-after': new Date(Date.now() - 1000).toUTCString() }],
    [429, { 'retry-after': ['0', '0'] }],
    [503, { 'retry-after-ms': '1' }],
  ])('being asked to wait costs no try: status %i with %o', async (status, headers) => {
    expect(await ask([error(status, 'Slow down', headers), good], {}, 0)).toMatchObject({ text: 'Hello!', tries: 2 })
  })

  const quota = 'You exceeded your current quota, please check your plan and billing details.'
  test.each<[string, ScriptedReply]>([
    ['words', error(429, `${quota} Please retry in 0.01s.`)],
    ['a header', error(429, 'Add a payment method at /billing', { 'retry-after-ms': '1' })],
    ['a code', error(429, 'Upgrade at /settings/billing. Try again in 5ms.', {}, 'rate_limit_exceeded')],
    [
      "Google's RetryInfo, in a list",
      {
        status: 429,
        body: JSON.stringify([{ error: { code: 429, message: quota, details: [{ retryDelay: '0.01s' }] } }]),
        headers: { 'content-type': 'application/json' },
      },
    ],
  ])('a limit whose message speaks of billing is waited for: %s', async (_, refusal) => {
    expect(await ask([refusal, good], {}, 0)).toMatchObject({ text: 'Hello!', tries: 2 })
  })

  test('the limits that the server reports are part of the error', async () => {
    const headers = {
      'retry-after': '3600',
      'x-ratelimit-limit-requests': ['60', '60'],
      'x-ratelimit-remaining-tokens': '0',
      'x-ratelimit-reset-tokens': '6m0s',
    }
    expect(await ask([error(429, 'Slow down', headers)])).toMatchObject({
      details: { status: 429, rateLimits: { retryAfterMs: 3_600_000, tokens: { remaining: 0, resetMs: 360_000 } } },
    })
  })
})

test('a filter that leaves no message is reported as the finish reason', async () => {
  server.next(replies.json({ choices: [{ finish_reason: 'content_filter' }] }))
  const serving = new OpenAIChatServing({ model: 'test-model', baseUrl: server.url, apiKey: key })
  expect(await serving.generate(request)).toMatchObject({ text: '', finishReason: 'content-filter' })
})

test('settings that OpenAI would refuse the request for are not sent, and the call carries warnings', async () => {
  server.always(good)
  const asked = { ...request, topK: 5 }
  const warnings: unknown[] = []
  const observer = { requestDone: (event: RequestDoneEvent) => void warnings.push(...(event.warnings ?? [])) }
  const azure = (model: string) =>
    new EnhancedLLMServing(
      new OpenAIChatServing({ model, azure: { endpoint: server.url }, apiKey: key, temperature: 0 }),
      { plane: new ServingPlane({ observer }) },
    )
  await azure('gpt-5-mini').generate(asked)
  expect(warnings).toEqual([
    'The model gpt-5-mini does not accept `topK`, which is not sent.',
    'The model gpt-5-mini does not accept `temperature`, which is not sent.',
  ])
  await azure('gpt-4o').generate(asked)
  await new OpenAIChatServing({ model: 'gpt-5-mini', baseUrl: server.url, apiKey: key, temperature: 0 }).generate(asked)
  const sent = server.requests.map((one) => one.json())
  expect(sent[0]).not.toHaveProperty('top_k')
  expect(sent[0]).not.toHaveProperty('temperature')
  expect(sent[1]).toHaveProperty('temperature', 0)
  expect(sent[1]).not.toHaveProperty('top_k')
  expect(sent[2]).toMatchObject({ top_k: 5, temperature: 0 })
  warnings.length = 0
  await azure('ft:o4-mini:acme::1').generate(asked)
  expect(warnings).toHaveLength(2)
})

describe('errors help and keep quiet', () => {
  test('a redirect says where to; the key did not go there', async () => {
    const elsewhere = await startMisbehavingServer()
    const outcome = await ask([replies.redirect(`${elsewhere.url}/v1`)])
    expect(outcome).toMatchObject({
      details: { reason: `it redirects to ${elsewhere.url}/v1, and redirects are not followed` },
      hint: 'If that address is right, set it as `baseUrl`.',
    })
    expect(elsewhere.requests).toEqual([])
    await elsewhere.close()
  })

  test('an address without /v1 is guessed', async () => {
    const outcome = await ask([replies.ofType('text/plain', '404 page not found', 404)], { baseUrl: server.url })
    expect(outcome).toMatchObject({ code: 'MAESTRO_SERVING_NOT_FOUND', hint: expect.stringContaining('/v1') })
  })

  test('an error shows the words of an HTML page, and the first words of a long one', async () => {
    expect(await ask(twice(replies.htmlPage()))).toMatchObject({
      details: { reason: 'no JSON (text/html; charset=utf-8): Bad gateway Bad gateway' },
    })
    const long = replies.ofType('text/html', `<p>${'far '.repeat(1000)}</p>`, 502)
    const { details } = (await ask(twice(long))) as { details: { reason: string } }
    expect(details.reason.length).toBeLessThan(310)
  })

  test('a server that repeats the key: it is in no part of the error', async () => {
    const outcome = await ask([error(401, `Incorrect API key provided: ${key}`)], { apiKey: key })
    expect(outcome).toMatchObject({ details: { reason: 'Incorrect API key provided: [redacted]' } })
    const shown = inspect(outcome, { depth: 20, showHidden: true })
    expect(shown).not.toContain(key)
    expect(inspect(await ask([error(500, 'Oh')], { apiKey: key }, 0), { depth: 20, showHidden: true })).not.toContain(
      key,
    )
  })
})

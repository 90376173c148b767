import { EnhancedLLMServing, type LLMRequest, ServingPlane } from '@maestro-dataflow/core'
import { openAIReplies, type RecordedRequest, replies, startMisbehavingServer } from '@maestro-dataflow/testkit'
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { OpenAIChatServing } from './chat-serving.js'
import type { OpenAIChatOptions } from './chat-serving-options.js'

const server = await startMisbehavingServer()
beforeEach(() => server.reset())
afterAll(() => server.close())

const serve = (options: Partial<OpenAIChatOptions> = {}) =>
  new OpenAIChatServing({ model: 'test-model', baseUrl: `${server.url}/v1`, ...options })
const request: LLMRequest = { messages: [{ role: 'user', content: 'Hello?' }] }
const sent = (index = 0) => server.requests[index] as RecordedRequest

describe('openai.chat on the wire', () => {
  test('a request becomes a body, an answer a result with its usage and what is left of the limits', async () => {
    server.next({
      ...openAIReplies.chat('Hello!'),
      headers: {
        'x-ratelimit-limit-requests': '500',
        'x-ratelimit-remaining-requests': '499',
        'x-ratelimit-reset-requests': '120ms',
      },
    })
    const options = { apiKey: 'a key', headers: { 'x-team': 'reviews' }, query: { region: 'eu' }, organization: 'org' }
    const result = await serve(options).generate({
      messages: [{ role: 'system', content: 'Be kind.' }, ...request.messages, { role: 'assistant', content: 'Yes?' }],
      temperature: 0.5,
      topP: 0.9,
      topK: 20,
      seed: 7,
      maxTokens: 50,
      stop: ['\n'],
    })
    expect(result).toEqual({
      text: 'Hello!',
      finishReason: 'stop',
      usage: { inputTokens: 7, outputTokens: 3 },
      model: 'test-model',
      rateLimits: { requests: { limit: 500, remaining: 499, resetMs: 120 } },
    })
    expect(sent()).toMatchObject({
      method: 'POST',
      path: '/v1/chat/completions?region=eu',
      headers: { authorization: 'Bearer a key', 'x-team': 'reviews', 'openai-organization': 'org' },
    })
    expect(sent().json()).toEqual({
      model: 'test-model',
      messages: [
        { role: 'system', content: 'Be kind.' },
        { role: 'user', content: 'Hello?' },
        { role: 'assistant', content: 'Yes?' },
      ],
      temperature: 0.5,
      top_p: 0.9,
      top_k: 20,
      seed: 7,
      max_tokens: 50,
      stop: ['\n'],
    })
  })

  test('the retention of the prefix cache is sent, and changes neither the key nor the price of an answer', async () => {
    const usage = { prompt_tokens: 1000, completion_tokens: 0, prompt_tokens_details: { cached_tokens: 900 } }
    const reply = openAIReplies.chat('Hello!')
    server.always({ ...reply, body: JSON.stringify({ ...JSON.parse(String(reply.body)), usage }) })
    const costs = []
    for (const promptCacheRetention of [undefined, 'in_memory', '24h'] as const) {
      const inner = serve(promptCacheRetention === undefined ? {} : { promptCacheRetention })
      expect(inner.identity).toEqual(serve().identity)
      const settings = { price: { input: 1, cachedInput: 0.1, output: 2 } }
      const serving = new EnhancedLLMServing(inner, { plane: new ServingPlane(), settings })
      costs.push((await serving.generate(request)).cost)
    }
    expect(server.requests.map((asked) => asked.json().prompt_cache_retention)).toEqual([undefined, 'in_memory', '24h'])
    expect(costs).toEqual([190e-6, 190e-6, 190e-6])
  })

  test('nothing is sent that was not asked for, and no key where there is none', async () => {
    vi.stubEnv('OPENAI_API_KEY', 'a key of the environment')
    server.next(openAIReplies.chat('Hello!'))
    await serve().generate(request)
    vi.unstubAllEnvs()
    expect(sent().json()).toEqual({ model: 'test-model', messages: request.messages })
    expect(sent().headers.authorization).toBeUndefined()
  })

  test('options are defaults that the request overrides', async () => {
    server.always(openAIReplies.chat('Hello!'))
    const serving = serve({
      temperature: 0.2,
      maxTokens: 10,
      seed: 1,
      reasoningEffort: 'low',
      maxTokensParameter: 'max_completion_tokens',
    })
    await serving.generate({ ...request, temperature: 0 })
    expect(sent().json()).toMatchObject({
      temperature: 0,
      max_completion_tokens: 10,
      seed: 1,
      reasoning_effort: 'low',
    })
    expect(sent().json()).not.toHaveProperty('max_tokens')
  })

  test('Azure: the key in a header of its own, the model by its deployment', async () => {
    server.always(openAIReplies.chat('Hello!'))
    const azure = { endpoint: server.url, deployment: 'my gpt' }
    const older = new OpenAIChatServing({
      model: 'gpt-4o',
      apiKey: 'a key',
      azure: { ...azure, apiVersion: '2024-10-21' },
    })
    await older.generate(request)
    expect(sent()).toMatchObject({
      path: '/openai/deployments/my%20gpt/chat/completions?api-version=2024-10-21',
      headers: { 'api-key': 'a key' },
    })
    expect(sent().headers.authorization).toBeUndefined()
    const newer = new OpenAIChatServing({ model: 'gpt-4o', apiKey: 'a key', azure })
    await newer.generate(request)
    expect(sent(1).path).toBe('/openai/v1/chat/completions')
    expect(sent(1).json()).toMatchObject({ model: 'my gpt' })
    expect(newer).toMatchObject({ provider: 'azure', model: 'gpt-4o', price: undefined })
  })

  test('cached and reasoning tokens are counted, and log probabilities are returned on request', async () => {
    const content = [{ token: 'Hi', logprob: -0.1, bytes: [72], top_logprobs: [{ token: 'Hi', logprob: -0.1 }] }]
    const reply = openAIReplies.chat('Hi', { logprobs: { content } })
    const body = JSON.parse(String(reply.body))
    body.usage.prompt_tokens_details = { cached_tokens: 5 }
    body.usage.completion_tokens_details = { reasoning_tokens: 2 }
    server.next(replies.json(body))
    const result = await serve().generate({ ...request, logprobs: 1 })
    expect(sent().json()).toMatchObject({ logprobs: true, top_logprobs: 1 })
    expect(result).toMatchObject({
      usage: { inputTokens: 7, outputTokens: 3, cachedInputTokens: 5, reasoningTokens: 2 },
      logprobs: [{ token: 'Hi', logprob: -0.1, top: [{ token: 'Hi', logprob: -0.1 }] }],
    })
  })

  test('the usage is estimated for a server that reports none, because no call is free', async () => {
    server.next(replies.json({ choices: [{ message: { content: 'Hello there' } }] }))
    expect(await serve().generate(request)).toMatchObject({
      usage: { inputTokens: 2, outputTokens: 3 },
      model: 'test-model',
      finishReason: 'stop',
    })
  })

  test.each([
    ['length', 'length'],
    ['content_filter', 'content-filter'],
    ['tool_calls', 'stop'],
    [null, 'stop'],
  ])('the end %s', async (finish_reason, finishReason) => {
    server.next(openAIReplies.chat('Hello', { finish_reason }))
    expect(await serve().generate(request)).toMatchObject({ text: 'Hello', finishReason })
  })

  test('a refusal contains the words of the model', async () => {
    server.next(openAIReplies.chat(null, { message: { content: null, refusal: 'I cannot.' } }))
    expect(await serve().generate(request)).toMatchObject({ text: 'I cannot.', finishReason: 'refusal' })
  })

  test('a lone surrogate is replaced in questions and in answers', async () => {
    server.next(replies.ofType('application/json', '{"choices":[{"message":{"content":"a\\ud83d"}}]}'))
    const result = await serve().generate({ messages: [{ role: 'user', content: 'b\udc00 👍' }] })
    expect(result.text).toBe('a\uFFFD')
    expect(sent().json()).toMatchObject({ messages: [{ content: 'b\uFFFD 👍' }] })
  })

  test('JSON under another content type, and packed', async () => {
    const { body = '' } = openAIReplies.chat('Hello!')
    server.next(replies.ofType('text/plain', body), replies.gzip(openAIReplies.chat('Hello!')))
    for (const _ of [1, 2]) expect((await serve().generate(request)).text).toBe('Hello!')
  })
})

describe('answers that follow a schema', () => {
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    properties: { tone: { enum: ['good', 'bad'] } },
    required: ['tone'],
    additionalProperties: false,
  }

  test('by the schema itself, on a server of this machine', async () => {
    server.next(openAIReplies.chat('{"tone":"good"}'))
    const serving = serve()
    expect(serving.capabilities.jsonSchema).toBe(true)
    expect(await serving.generate({ ...request, schema })).toMatchObject({ object: { tone: 'good' } })
    const { $schema: _, ...asked } = schema
    expect(sent().json().response_format).toEqual({
      type: 'json_schema',
      json_schema: { name: 'answer', strict: true, schema: asked },
    })
  })

  test('a schema that is not an object is wrapped in one, and its answer is unwrapped', async () => {
    server.next(openAIReplies.chat('{"value":["a"]}'))
    const list = { type: 'array', items: { type: 'string' } }
    expect(await serve().generate({ ...request, schema: list })).toMatchObject({ object: ['a'], text: '["a"]' })
    expect(sent().json()).toMatchObject({
      response_format: { json_schema: { schema: { properties: { value: list }, required: ['value'] } } },
    })
  })

  test('to JSON alone, with the schema in the prompt', async () => {
    server.next(openAIReplies.chat('{"tone":"bad"}'))
    const serving = new EnhancedLLMServing(serve({ jsonMode: 'object' }))
    expect(await serving.generate({ ...request, schema })).toMatchObject({ object: { tone: 'bad' } })
    expect(sent().json()).toMatchObject({
      response_format: { type: 'json_object' },
      messages: [{ content: expect.stringContaining('JSON Schema') }],
    })
  })

  test('by the prompt alone', async () => {
    server.always(openAIReplies.chat('Sure: {"tone":"bad"}'))
    const serving = new EnhancedLLMServing(serve({ jsonMode: 'none' }))
    expect(await serving.generate({ ...request, schema })).toMatchObject({ object: { tone: 'bad' } })
    expect(sent().json()).not.toHaveProperty('response_format')
  })

  test('an answer that is not JSON, or was cut off, has no object', async () => {
    server.next(openAIReplies.chat('{"tone":'), openAIReplies.chat('{"tone":"good"}', { finish_reason: 'length' }))
    for (const _ of [1, 2]) expect(await serve().generate({ ...request, schema })).not.toHaveProperty('object')
  })
})

describe('answers in pieces', () => {
  test('are joined, and each piece is reported', async () => {
    server.next(openAIReplies.chatStream(['Hel', 'lo', '!']))
    let pieces = 0
    const result = await serve({ stream: true }).generate(request, { onActivity: () => pieces++ })
    expect(sent().json()).toMatchObject({ stream: true, stream_options: { include_usage: true } })
    expect(result).toEqual({
      text: 'Hello!',
      finishReason: 'stop',
      usage: { inputTokens: 7, outputTokens: 3 },
      model: 'test-model',
    })
    expect(pieces).toBeGreaterThan(0)
  })

  test('a server that sends the whole after all', async () => {
    server.next(openAIReplies.chat('Hello!'))
    expect((await serve({ stream: true }).generate(request)).text).toBe('Hello!')
  })

  test('pieces that end before the answer, are not JSON, or bring an error are typed errors', async () => {
    server.next(
      openAIReplies.chatStream(['Hel'], null, null),
      openAIReplies.chatStream(['Hel'], '', null),
      replies.events(['{"choices":']),
      replies.events([{ error: { message: 'no room', code: 'overloaded' } }]),
      replies.events([{ error: { message: 'oh' } }]),
    )
    const serving = serve({ stream: true })
    await expect(serving.generate(request)).rejects.toMatchObject({
      code: 'MAESTRO_SERVING_BROKEN_REPLY',
      details: { reason: 'the stream ended before the answer did' },
    })
    await expect(serving.generate(request)).rejects.toMatchObject({ code: 'MAESTRO_SERVING_BROKEN_REPLY' })
    await expect(serving.generate(request)).rejects.toMatchObject({ code: 'MAESTRO_SERVING_BROKEN_REPLY' })
    await expect(serving.generate(request)).rejects.toMatchObject({ code: 'MAESTRO_SERVING_OVERLOADED' })
    await expect(serving.generate(request)).rejects.toMatchObject({ code: 'MAESTRO_SERVING_SERVER' })
  })

  test('the plane notices a stall between two pieces', async () => {
    server.always(replies.stallAfter(openAIReplies.chatStream(['Hel', 'lo']), 200))
    const settings = { retries: 0, timeout: { stall: 50 } }
    const serving = new EnhancedLLMServing(serve({ stream: true }), { settings })
    await expect(serving.generate(request)).rejects.toMatchObject({
      code: 'MAESTRO_SERVING_TIMEOUT',
      details: { milliseconds: 50 },
    })
  })
})

describe('ends', () => {
  test('an abort and a time-out are typed', async () => {
    server.always(replies.silence())
    const stop = new AbortController()
    const call = serve().generate(request, { signal: stop.signal })
    await expect.poll(() => server.requests.length).toBe(1)
    stop.abort()
    await expect(call).rejects.toMatchObject({ code: 'MAESTRO_SERVING_ABORTED' })
    await expect(serve().generate(request, { signal: stop.signal })).rejects.toMatchObject({
      code: 'MAESTRO_SERVING_ABORTED',
    })
    expect(server.requests).toHaveLength(1)
    await expect(serve().generate(request, { timeout: 20 })).rejects.toMatchObject({
      code: 'MAESTRO_SERVING_TIMEOUT',
      details: { milliseconds: 20 },
    })
  })

  test('an abort in the middle of an answer', async () => {
    server.always(replies.stallAfter(openAIReplies.chatStream(['Hel', 'lo']), 200))
    const stop = new AbortController()
    const call = serve({ stream: true }).generate(request, { signal: stop.signal, onActivity: () => stop.abort() })
    await expect(call).rejects.toMatchObject({ code: 'MAESTRO_SERVING_ABORTED' })
  })
})

describe('what a serving says of itself', () => {
  test('describes itself without secrets', () => {
    const serving = serve({ apiKey: 'a key', headers: { 'x-key': 'hidden' }, temperature: 0.3 })
    expect(serving).toMatchObject({
      name: 'openai.chat test-model',
      provider: new URL(server.url).host,
      model: 'test-model',
      price: undefined,
      identity: { baseUrl: `${server.url}/v1`, temperature: 0.3 },
    })
    expect(JSON.stringify(serving)).not.toMatch(/a key|hidden/)
    expect(serve({ apiKey: 'a key' }).account).toBe(serving.account)
    expect(serve({ apiKey: 'other' }).account).not.toBe(serving.account)
    expect(serve({ headers: { 'x-key': 'other' } }).identity).not.toEqual(serving.identity)
  })

  test('OpenAI itself: its name, its prices, its key', () => {
    vi.stubEnv('OPENAI_API_KEY', '')
    expect(() => new OpenAIChatServing({ model: 'gpt-5-mini' })).toThrow(
      expect.objectContaining({ code: 'MAESTRO_OPENAI_KEY_MISSING', hint: expect.stringContaining('OPENAI_API_KEY') }),
    )
    vi.stubEnv('OPENAI_API_KEY', 'a key')
    expect(new OpenAIChatServing({ model: 'gpt-5-mini' })).toMatchObject({
      provider: 'openai',
      price: { input: 0.25, cachedInput: 0.025, output: 2, date: expect.any(String) },
      capabilities: { images: true, audio: false, jsonSchema: true },
    })
    expect(new OpenAIChatServing({ model: 'gpt-99' }).price).toBeUndefined()
    const region = new OpenAIChatServing({ model: 'gpt-5-mini', baseUrl: 'https://eu.api.openai.com/v1' })
    expect(region).toMatchObject({ provider: 'openai', price: undefined })
    vi.unstubAllEnvs()
  })

  test('answers are cached by the identity, so that another temperature is another answer', async () => {
    server.always(openAIReplies.chat('Hello!'))
    const plane = new ServingPlane()
    const ask = (options: Partial<OpenAIChatOptions>) =>
      new EnhancedLLMServing(serve(options), { plane }).generate(request, { run: 'r' })
    await ask({})
    await ask({})
    await ask({ temperature: 1 })
    await ask({ stream: true })
    expect(server.requests).toHaveLength(2)
  })
})

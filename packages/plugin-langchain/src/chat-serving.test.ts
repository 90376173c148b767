import { SimpleChatModel } from '@langchain/core/language_models/chat_models'
import type { BaseMessage } from '@langchain/core/messages'
import { FakeListChatModel, FakeStreamingChatModel } from '@langchain/core/utils/testing'
import { ChatOpenAI, type ChatOpenAIFields } from '@langchain/openai'
import { EnhancedLLMServing, env, generateObject, type LLMRequest, maestroError } from '@maestro-dataflow/core'
import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { completion, json, serve } from './__fixtures__/openai-server.js'
import { chatServingOf, fromLangChain } from './chat-serving.js'
import { langchainChatOptions, type NamedChatModel } from './chat-serving-options.js'

/** Answers with what it was asked; what a model of one's own looks like. */
class EchoChatModel extends SimpleChatModel {
  readonly asked: BaseMessage[][] = []

  override _llmType() {
    return 'echo'
  }

  override async _call(messages: BaseMessage[]) {
    this.asked.push(messages)
    return messages.map(({ type, text }) => `${type}: ${text}`).join('\n')
  }
}

const ask = (content: string): LLMRequest['messages'] => [{ role: 'user', content }]
const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function server(answer: Parameters<typeof serve>[0]) {
  const started = await serve(answer)
  closing.push(started.close)
  return started
}

const openai = (url: string, fields: ChatOpenAIFields = {}) =>
  new ChatOpenAI({ model: 'tiny', apiKey: 'test', configuration: { baseURL: url }, ...fields })

const named = (fields: object) => langchainChatOptions.parse(fields) as NamedChatModel

describe("LangChain's own classes", () => {
  test('a chat goes in turn by turn, and the answer comes out', async () => {
    const model = new EchoChatModel({})
    const serving = fromLangChain(model)
    const messages: LLMRequest['messages'] = [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
      { role: 'assistant', content: 'Hello' },
      { role: 'user', content: '再见 👋' },
    ]
    const result = await serving.generate({ messages })
    expect(result).toEqual({
      text: 'system: Be brief.\nhuman: Hi\nai: Hello\nhuman: 再见 👋',
      finishReason: 'stop',
      usage: { inputTokens: 0, outputTokens: 0 },
      model: 'EchoChatModel',
    })
    expect(serving.name).toBe('langchain EchoChatModel EchoChatModel')
  })

  test('fakes answer in their order, one that streams too', async () => {
    const list = fromLangChain(new FakeListChatModel({ responses: ['one', 'two'] }))
    expect((await list.generate({ messages: ask('a') })).text).toBe('one')
    expect((await list.generate({ messages: ask('b') })).text).toBe('two')
    const streaming = fromLangChain(new FakeStreamingChatModel({ responses: [] }))
    expect((await streaming.generate({ messages: ask('again') })).text).toBe('again')
  })

  test('what is no chat model is refused', () => {
    expect(() => fromLangChain({ invoke() {} } as never)).toThrow(
      expect.objectContaining({ code: 'MAESTRO_LANGCHAIN_WRONG_KIND' }),
    )
  })

  test('a setting that the model does not have is an error, and not passed over', async () => {
    const serving = fromLangChain(new EchoChatModel({}))
    await expect(serving.generate({ messages: ask('a'), topK: 3 })).rejects.toMatchObject({
      code: 'MAESTRO_LANGCHAIN_SAMPLING',
      details: { model: 'EchoChatModel', option: 'topK' },
    })
  })
})

describe('the keys of kept answers', () => {
  test('change with what changes answers, hold no secret, and are missing where nothing is known', () => {
    const identity = (fields: ChatOpenAIFields) => fromLangChain(openai('http://127.0.0.1:1/v1', fields)).identity
    expect(identity({})).toEqual(identity({}))
    expect(identity({ temperature: 1 })).not.toEqual(identity({}))
    expect(JSON.stringify(identity({ apiKey: 'a key' }))).not.toContain('a key')
    expect(fromLangChain(new EchoChatModel({})).identity).toBeUndefined()
  })

  test('a new key of the account is no other question, but counts against other limits', () => {
    const facts = (apiKey: string, temperature = 0) =>
      chatServingOf(named({ from: '@langchain/openai', export: 'ChatOpenAI', options: { apiKey, temperature } }), '.')
    expect(facts('a key').identity).toEqual(facts('another').identity)
    expect(facts('a key', 1).identity).not.toEqual(facts('a key').identity)
    expect(facts('a key').account).toBe(facts('a key', 1).account)
    expect(facts('a key').account).not.toBe(facts('another').account)
    expect(JSON.stringify([facts('a key').identity, facts('a key').account])).not.toContain('a key')
  })
})

describe('named by the config', () => {
  test('is imported and made by the first call', async () => {
    const serving = chatServingOf(
      named({
        from: '@langchain/core/utils/testing',
        export: 'FakeListChatModel',
        options: { responses: ['yes'] },
      }),
      import.meta.dirname,
    )
    expect((await serving.generate({ messages: ask('Well?') })).text).toBe('yes')
    expect(serving.name).toBe('langchain core/utils/testing FakeListChatModel')
  })

  test.each([
    [
      { from: '@langchain/nothing', export: 'X' },
      'MAESTRO_LANGCHAIN_PACKAGE_MISSING',
      'npm install @langchain/nothing',
    ],
    [{ from: '@langchain/openai', export: 'ChatOpenAi' }, 'MAESTRO_LANGCHAIN_EXPORT_MISSING', '"ChatOpenAI"'],
    [{ from: './not-there.js', export: 'X' }, 'MAESTRO_LANGCHAIN_IMPORT', './models/mine.ts'],
    [{ from: '@langchain/core/nothing', export: 'X' }, 'MAESTRO_LANGCHAIN_IMPORT', '@langchain/openai'],
    [
      { from: '@langchain/openai', export: 'OpenAIEmbeddings', options: { apiKey: 'test' } },
      'MAESTRO_LANGCHAIN_WRONG_KIND',
      'a chat model',
    ],
    [{ from: '@langchain/textsplitters', export: 'Nothing' }, 'MAESTRO_LANGCHAIN_EXPORT_MISSING', 'class'],
  ])('%j fails with %s', async (fields, code, hint) => {
    const serving = new EnhancedLLMServing(chatServingOf(named(fields), import.meta.dirname), {
      settings: { retries: 0 },
    })
    await expect(serving.generate({ messages: ask('a') })).rejects.toMatchObject({
      code,
      hint: expect.stringContaining(hint),
    })
  })

  test('a constructor that throws is told with its reason', async () => {
    const from = '@langchain/textsplitters'
    const fields = { from, export: 'RecursiveCharacterTextSplitter', options: { chunkSize: 1, chunkOverlap: 2 } }
    await expect(chatServingOf(named(fields), '.').generate({ messages: ask('a') })).rejects.toMatchObject({
      code: 'MAESTRO_LANGCHAIN_CREATE',
      message: expect.stringContaining('chunkOverlap'),
    })
  })
})

describe('ChatOpenAI', () => {
  test('sends all of a request, and tells all of an answer', async () => {
    const { url, asked } = await server((_, response) =>
      json(
        response,
        completion('Ja', {
          finish_reason: 'length',
          usage: {
            prompt_tokens: 30,
            completion_tokens: 7,
            total_tokens: 37,
            prompt_tokens_details: { cached_tokens: 20 },
            completion_tokens_details: { reasoning_tokens: 5 },
          },
          logprobs: {
            content: [{ token: 'Ja', logprob: -0.5, top_logprobs: [{ token: 'Nee', logprob: -1.5 }] }],
          },
        }),
      ),
    )
    const serving = fromLangChain(openai(url, { temperature: 0.9 }))
    const result = await serving.generate({
      messages: [
        { role: 'system', content: 'Look.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is it?' },
            { type: 'image', data: new Uint8Array([1, 2, 3]), mediaType: 'image/png' },
            { type: 'image', data: new URL('https://example.com/a.png'), mediaType: 'image/png' },
          ],
        },
      ],
      temperature: 0.2,
      topP: 0.5,
      seed: 7,
      maxTokens: 11,
      stop: ['END'],
      logprobs: 1,
    })
    expect(asked[0]?.headers.authorization).toBe('Bearer test')
    expect(asked[0]?.body).toMatchObject({
      model: 'tiny',
      temperature: 0.2,
      top_p: 0.5,
      seed: 7,
      max_tokens: 11,
      stop: ['END'],
      logprobs: true,
      top_logprobs: 1,
      messages: [
        { role: 'system', content: 'Look.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is it?' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,AQID' } },
            { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
          ],
        },
      ],
    })
    expect(result).toEqual({
      text: 'Ja',
      finishReason: 'length',
      usage: { inputTokens: 30, outputTokens: 7, cachedInputTokens: 20, reasoningTokens: 5 },
      model: 'tiny-2026',
      logprobs: [{ token: 'Ja', logprob: -0.5, top: [{ token: 'Nee', logprob: -1.5 }] }],
    })
    await serving.generate({ messages: ask('As it was made.') })
    expect(asked[1]?.body).toMatchObject({ temperature: 0.9 })
    expect(asked[1]?.body).not.toHaveProperty('max_tokens')
  })

  test('settings bound by withConfig go with every call', async () => {
    const { url, asked } = await server((_, response) => json(response, completion('ok')))
    const bound = openai(url).withConfig({ user: 'x', seed: 5 } as never) as ChatOpenAI
    await fromLangChain(bound).generate({ messages: ask('a'), temperature: 0.3 })
    expect(asked[0]?.body).toMatchObject({ seed: 5, temperature: 0.3 })
  })

  test('a schema is held by the provider, and an answer that does not fit is mended', async () => {
    const answers = ['{"stars": "many"}', '{"stars": 4}']
    const { url, asked } = await server((_, response) => json(response, completion(answers.shift() ?? '')))
    const serving = fromLangChain(openai(url))
    expect(serving.capabilities.jsonSchema).toBe(true)
    const schema = z.object({ stars: z.number() })
    expect(await generateObject(serving, { messages: ask('How many?'), maxTokens: 9 }, schema)).toEqual({ stars: 4 })
    expect(asked[0]?.body).toMatchObject({
      max_tokens: 9,
      response_format: { type: 'json_schema', json_schema: { schema: { properties: { stars: { type: 'number' } } } } },
    })
    expect(asked[1]?.body.messages).toHaveLength(3)
  })

  test('a schema held by a tool: the answer is what the tool is called with', async () => {
    const call = { id: '1', type: 'function', function: { name: 'answer', arguments: '{"stars":3}' } }
    const { url, asked } = await server((_, response) =>
      json(response, completion('', { message: { role: 'assistant', content: null, tool_calls: [call] } })),
    )
    // Of this family LangChain knows that it has no other way.
    const serving = fromLangChain(openai(url, { model: 'gpt-4' }))
    const schema = z.object({ stars: z.number() })
    expect(await generateObject(serving, { messages: ask('How many?') }, schema)).toEqual({ stars: 3 })
    expect(asked[0]?.body.tools).toHaveLength(1)
  })

  test('`structuredOutput: false` asks in words', async () => {
    const { url, asked } = await server((_, response) => json(response, completion('Sure: {"stars": 4}')))
    const serving = fromLangChain(openai(url), { structuredOutput: false })
    expect(await generateObject(serving, { messages: ask('a') }, z.object({ stars: z.number() }))).toEqual({ stars: 4 })
    expect(asked[0]?.body).not.toHaveProperty('response_format')
    expect(asked[0]?.body.messages[0].content).toContain('JSON Schema')
  })

  test('a refusal is one', async () => {
    const content = [{ type: 'refusal', refusal: 'I would rather not.' }]
    const output = [{ type: 'message', id: 'm', role: 'assistant', status: 'completed', content }]
    const { url } = await server((_, response) =>
      json(response, { id: 'r', object: 'response', model: 'tiny', status: 'completed', output }),
    )
    // Of the older API LangChain passes over what a refusal says.
    const serving = fromLangChain(openai(url, { useResponsesApi: true }))
    const result = await serving.generate({ messages: ask('a') })
    expect(result).toMatchObject({ finishReason: 'refusal', text: 'I would rather not.' })
  })
})

describe('a schema', () => {
  const schema = z.object({ stars: z.number() })

  test('that a model gives data for without an answer', async () => {
    const serving = fromLangChain(new FakeListChatModel({ responses: ['{"stars": 2}'] }))
    expect(await generateObject(serving, { messages: ask('a') }, schema)).toEqual({ stars: 2 })
  })

  test('that cannot be read is a malformed reply', async () => {
    const serving = fromLangChain(new FakeListChatModel({ responses: ['two stars'] }))
    await expect(generateObject(serving, { messages: ask('a') }, schema)).rejects.toMatchObject({
      code: 'MAESTRO_SERVING_MALFORMED_REPLY',
    })
  })

  test('is put in words to a model without tools, and one that is said to have them fails with what to do', async () => {
    const model = new EchoChatModel({})
    expect(fromLangChain(model).capabilities.jsonSchema).toBe(false)
    await expect(
      generateObject(fromLangChain(model, { structuredOutput: true }), { messages: ask('a') }, schema),
    ).rejects.toMatchObject({
      code: 'MAESTRO_LANGCHAIN_STRUCTURED_OUTPUT',
      hint: expect.stringContaining('structuredOutput: false'),
    })
  })
})

describe('failures of a provider', () => {
  const failing = async (status: number, error: object, headers: Record<string, string> = {}) => {
    const { url, asked } = await server((_, response) => json(response, { error }, status, headers))
    const thrown = await fromLangChain(openai(url))
      .generate({ messages: ask('a') })
      .catch((error: unknown) => error)
    // LangChain's own retries would ask again.
    expect(asked).toHaveLength(1)
    return thrown
  }

  test.each([
    [401, { message: 'Incorrect API key provided', code: 'invalid_api_key' }, 'MAESTRO_SERVING_AUTHENTICATION', false],
    [403, { message: 'Not yours' }, 'MAESTRO_SERVING_PERMISSION', false],
    [404, { message: 'The model does not exist', code: 'model_not_found' }, 'MAESTRO_SERVING_NOT_FOUND', false],
    [400, { message: 'Unknown field' }, 'MAESTRO_SERVING_BAD_REQUEST', false],
    [
      400,
      { message: "This model's maximum context length is 8 tokens", code: 'context_length_exceeded' },
      'MAESTRO_SERVING_CONTEXT_TOO_LONG',
      false,
    ],
    [429, { message: 'You exceeded your current quota', code: 'insufficient_quota' }, 'MAESTRO_SERVING_QUOTA', false],
    [429, { message: 'Slow down' }, 'MAESTRO_SERVING_RATE_LIMITED', true],
    [503, { message: 'Busy' }, 'MAESTRO_SERVING_OVERLOADED', true],
    [500, { message: 'Oops' }, 'MAESTRO_SERVING_SERVER', true],
  ])('%i %j is %s', async (status, error, code, retryable) => {
    const thrown = await failing(status, error)
    expect(thrown).toMatchObject({ code, retryable, message: expect.not.stringContaining('Troubleshooting') })
  })

  test('what it says of its limits is kept', async () => {
    const headers = {
      'retry-after-ms': '1500',
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-limit-requests': '20',
    }
    expect(await failing(429, { message: 'Slow down' }, headers)).toMatchObject({
      code: 'MAESTRO_SERVING_RATE_LIMITED',
      details: { status: 429, rateLimits: { retryAfterMs: 1500, requests: { limit: 20, remaining: 0 } } },
    })
  })

  test('a reply without an answer, and no server at all', async () => {
    const { url, close } = await server((_, response) => json(response, { object: 'chat.completion', choices: [] }))
    const settings = { settings: { retries: 0 } }
    const serving = new EnhancedLLMServing(fromLangChain(openai(url)), settings)
    await expect(serving.generate({ messages: ask('a') })).rejects.toMatchObject({
      code: 'MAESTRO_SERVING_BROKEN_REPLY',
    })
    await close()
    await expect(serving.generate({ messages: ask('b') })).rejects.toMatchObject({ code: 'MAESTRO_SERVING_CONNECTION' })
  })

  test("the model's own time-out may pass", async () => {
    const { url } = await server(() => undefined)
    const serving = new EnhancedLLMServing(fromLangChain(openai(url, { timeout: 50 })), { settings: { retries: 0 } })
    await expect(serving.generate({ messages: ask('a') })).rejects.toMatchObject({
      code: 'MAESTRO_SERVING_CONNECTION',
      retryable: true,
    })
  })

  test('an aborted call ends, and so does its connection', async () => {
    let closed: (() => void) | undefined
    const gone = new Promise<void>((resolve) => {
      closed = resolve
    })
    const stop = new AbortController()
    const { url } = await server((_, response) => {
      response.on('close', () => closed?.())
      stop.abort(maestroError('MAESTRO_SERVING_ABORTED', { serving: 'test' }))
    })
    const serving = new EnhancedLLMServing(fromLangChain(openai(url)))
    await expect(serving.generate({ messages: ask('a') }, { signal: stop.signal })).rejects.toMatchObject({
      code: 'MAESTRO_SERVING_ABORTED',
    })
    await gone
  })
})

test('values of the environment are no part of the schema', () => {
  const given = { from: '@langchain/openai', export: 'ChatOpenAI', options: { apiKey: env('A_KEY') } }
  expect(langchainChatOptions.parse(given)).toMatchObject({ from: '@langchain/openai' })
})

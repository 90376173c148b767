import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SimpleChatModel } from '@langchain/core/language_models/chat_models'
import type { BaseMessage } from '@langchain/core/messages'
import { FakeListChatModel, FakeStreamingChatModel } from '@langchain/core/utils/testing'
import { ChatOpenAI, type ChatOpenAIFields } from '@langchain/openai'
import { EnhancedLLMServing, env, generateObject, type LLMRequest } from '@maestro-dataflow/core'
import { openAIReplies, replies, type ScriptedReply, startMisbehavingServer } from '@maestro-dataflow/testkit'
import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
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

/** A server that gives these replies, one for each request. */
async function server(...script: readonly ScriptedReply[]) {
  const started = await startMisbehavingServer()
  closing.push(() => started.close())
  started.next(...script)
  return started
}

interface Body {
  readonly messages: readonly { readonly content: string }[]
  readonly tools?: readonly unknown[]
}

/** A dot, as PNG. */
const dot = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

const openai = (url: string, fields: ChatOpenAIFields = {}) =>
  new ChatOpenAI({ model: 'tiny', apiKey: 'test', configuration: { baseURL: `${url}/v1` }, ...fields })

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
      // This model does not tell them: about four letters each.
      usage: { inputTokens: 10, outputTokens: 16 },
      warnings: [expect.stringContaining('does not state its tokens')],
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

  test('a value that is not a chat model is refused', () => {
    expect(() => fromLangChain({ invoke() {} } as never)).toThrow(
      expect.objectContaining({ code: 'MAESTRO_LANGCHAIN_WRONG_KIND' }),
    )
  })

  test('media that the model does not take are an error', async () => {
    const image: LLMRequest['messages'] = [{ role: 'user', content: [{ type: 'image', data: dot }] }]
    await expect(
      fromLangChain(new EchoChatModel({}), { images: false }).generate({ messages: image }),
    ).rejects.toMatchObject({
      code: 'MAESTRO_LANGCHAIN_MEDIA',
      hint: expect.stringContaining('images: true'),
    })
  })

  test('a setting that the model does not have is not sent, and the answer carries a warning', async () => {
    const serving = fromLangChain(new EchoChatModel({}))
    expect(serving.capabilities.unsupportedSettings).toContain('topK')
    const { warnings } = await serving.generate({ messages: ask('a'), topK: 3 })
    expect(warnings).toContainEqual(expect.stringContaining('does not accept `topK`'))
  })
})

describe('the keys of the response cache', () => {
  test('change with settings that change answers, contain no secret, and are missing if nothing is known', () => {
    const identity = (fields: ChatOpenAIFields) => fromLangChain(openai('http://127.0.0.1:1/v1', fields)).identity
    expect(identity({})).toEqual(identity({}))
    expect(identity({ temperature: 1 })).not.toEqual(identity({}))
    expect(identity({ configuration: { baseURL: 'http://127.0.0.1:2/v1' } })).not.toEqual(identity({}))
    expect(JSON.stringify(identity({ apiKey: 'a key' }))).not.toContain('a key')
    expect(fromLangChain(new EchoChatModel({})).identity).toBeUndefined()
  })

  test('a new key of the account does not change the question, but counts against other limits', () => {
    const facts = (apiKey: string, temperature = 0) =>
      chatServingOf(named({ from: '@langchain/openai', export: 'ChatOpenAI', options: { apiKey, temperature } }), '.')
    expect(facts('a key').identity).toEqual(facts('another').identity)
    expect(facts('a key', 1).identity).not.toEqual(facts('a key').identity)
    expect(facts('a key').account).toBe(facts('a key', 1).account)
    expect(facts('a key').account).not.toBe(facts('another').account)
    expect(JSON.stringify([facts('a key').identity, facts('a key').account])).not.toContain('a key')
  })
})

test('a class in a file of the project is another one when the file is', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'maestro-langchain-'))
  closing.push(() => rm(folder, { recursive: true }))
  const identity = () => chatServingOf(named({ from: './mine.js', export: 'Mine' }), folder).identity
  await writeFile(join(folder, 'mine.js'), 'export class Mine {}')
  const before = identity()
  expect(identity()).toEqual(before)
  await writeFile(join(folder, 'mine.js'), 'export class Mine { better = true }')
  expect(identity()).not.toEqual(before)
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

  test('a constructor that throws is an error with its reason', async () => {
    const from = '@langchain/textsplitters'
    const fields = { from, export: 'RecursiveCharacterTextSplitter', options: { chunkSize: 1, chunkOverlap: 2 } }
    await expect(chatServingOf(named(fields), '.').generate({ messages: ask('a') })).rejects.toMatchObject({
      code: 'MAESTRO_LANGCHAIN_CREATE',
      message: expect.stringContaining('chunkOverlap'),
    })
  })
})

describe('ChatOpenAI', () => {
  test('sends all of a request, and returns all of an answer', async () => {
    const logprobs = { content: [{ token: 'Ja', logprob: -0.5, top_logprobs: [{ token: 'Nee', logprob: -1.5 }] }] }
    const message = { role: 'assistant', content: 'Ja' }
    const answer = replies.json({
      id: 'answer',
      object: 'chat.completion',
      model: 'tiny-2026',
      choices: [{ index: 0, finish_reason: 'length', message, logprobs }],
      usage: {
        prompt_tokens: 30,
        completion_tokens: 7,
        total_tokens: 37,
        prompt_tokens_details: { cached_tokens: 20 },
        completion_tokens_details: { reasoning_tokens: 5 },
      },
    })
    const { url, requests } = await server(answer, answer)
    const serving = fromLangChain(openai(url, { temperature: 0.9 }))
    const result = await serving.generate({
      messages: [
        { role: 'system', content: 'Look.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is it?' },
            { type: 'image', data: dot },
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
    expect(requests[0]?.headers.authorization).toBe('Bearer test')
    expect(requests[0]?.json()).toMatchObject({
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
            { type: 'image_url', image_url: { url: `data:image/png;base64,${dot.toString('base64')}` } },
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
    expect(requests[1]?.json()).toMatchObject({ temperature: 0.9 })
    expect(requests[1]?.json()).not.toHaveProperty('max_tokens')
  })

  test('settings bound by withConfig go with every call', async () => {
    const { url, requests } = await server(openAIReplies.chat('ok'))
    const bound = openai(url).withConfig({ user: 'x', seed: 5 } as never) as ChatOpenAI
    await fromLangChain(bound).generate({ messages: ask('a'), temperature: 0.3 })
    expect(requests[0]?.json()).toMatchObject({ seed: 5, temperature: 0.3 })
  })

  test('a schema is held by the provider, and an answer that does not fit is mended', async () => {
    const answers = ['{"stars": "many"}', '{"stars": 4}']
    const { url, requests } = await server(...answers.map((text) => openAIReplies.chat(text)))
    const serving = fromLangChain(openai(url))
    expect(serving.capabilities.jsonSchema).toBe(true)
    const schema = z.object({ stars: z.number() })
    expect(await generateObject(serving, { messages: ask('How many?'), maxTokens: 9 }, schema)).toEqual({ stars: 4 })
    expect(requests[0]?.json()).toMatchObject({
      max_tokens: 9,
      response_format: { type: 'json_schema', json_schema: { schema: { properties: { stars: { type: 'number' } } } } },
    })
    expect(requests[1]?.json<Body>().messages).toHaveLength(3)
  })

  test('a schema may be a tool, and the answer is the input of its call', async () => {
    const call = { id: '1', type: 'function', function: { name: 'answer', arguments: '{"stars":3}' } }
    const message = { role: 'assistant', content: null, tool_calls: [call] }
    const { url, requests } = await server(openAIReplies.chat(null, { message }))
    // Of this family LangChain knows that it has no other way.
    const serving = fromLangChain(openai(url, { model: 'gpt-4' }))
    const schema = z.object({ stars: z.number() })
    expect(await generateObject(serving, { messages: ask('How many?') }, schema)).toEqual({ stars: 3 })
    expect(requests[0]?.json<Body>().tools).toHaveLength(1)
  })

  test('`structuredOutput: false` asks in words', async () => {
    const { url, requests } = await server(openAIReplies.chat('Sure: {"stars": 4}'))
    const serving = fromLangChain(openai(url), { structuredOutput: false })
    expect(await generateObject(serving, { messages: ask('a') }, z.object({ stars: z.number() }))).toEqual({ stars: 4 })
    expect(requests[0]?.json()).not.toHaveProperty('response_format')
    expect(requests[0]?.json<Body>().messages[0]?.content).toContain('JSON Schema')
  })

  test('a refusal is one', async () => {
    const content = [{ type: 'refusal', refusal: 'I would rather not.' }]
    const output = [{ type: 'message', id: 'm', role: 'assistant', status: 'completed', content }]
    const reply = replies.json({ id: 'r', object: 'response', model: 'tiny', status: 'completed', output })
    const { url } = await server(reply)
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

  test('is described to a model without tools, and a model that lacks declared tools fails with a hint', async () => {
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
  const failing = async (reply: ScriptedReply) => {
    const { url, requests } = await server(reply)
    const thrown = await fromLangChain(openai(url))
      .generate({ messages: ask('a') })
      .catch((error: unknown) => error)
    // LangChain's own retries would ask again.
    expect(requests).toHaveLength(1)
    return thrown
  }

  test.each([
    [401, 'Incorrect API key provided', 'invalid_api_key', 'MAESTRO_SERVING_AUTHENTICATION', false],
    [403, 'Not yours', undefined, 'MAESTRO_SERVING_PERMISSION', false],
    [404, 'The model does not exist', 'model_not_found', 'MAESTRO_SERVING_NOT_FOUND', false],
    [400, 'Unknown field', undefined, 'MAESTRO_SERVING_BAD_REQUEST', false],
    [400, 'The maximum context length is 8', 'context_length_exceeded', 'MAESTRO_SERVING_CONTEXT_TOO_LONG', false],
    [429, 'You exceeded your current quota', 'insufficient_quota', 'MAESTRO_SERVING_QUOTA', false],
    [429, 'Slow down', undefined, 'MAESTRO_SERVING_RATE_LIMITED', true],
    [503, 'Busy', undefined, 'MAESTRO_SERVING_OVERLOADED', true],
    [500, 'Oops', undefined, 'MAESTRO_SERVING_SERVER', true],
  ])('%i, "%s", %s is %s', async (status, message, providerCode, code, retryable) => {
    const thrown = await failing(replies.error(status, message, {}, providerCode))
    expect(thrown).toMatchObject({ code, retryable, message: expect.not.stringContaining('Troubleshooting') })
  })

  test('the limits that it reports are kept', async () => {
    const headers = {
      'retry-after-ms': '1500',
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-limit-requests': '20',
    }
    expect(await failing(replies.error(429, 'Slow down', headers))).toMatchObject({
      code: 'MAESTRO_SERVING_RATE_LIMITED',
      details: { status: 429, rateLimits: { retryAfterMs: 1500, requests: { limit: 20, remaining: 0 } } },
    })
  })

  test.each([
    ['no answer in it', replies.json({ object: 'chat.completion', choices: [] }), 'MAESTRO_SERVING_UNEXPECTED_REPLY'],
    ['half of it', replies.halfJson({ object: 'chat.completion' }), 'MAESTRO_SERVING_BROKEN_REPLY'],
    ['a broken connection', replies.reset(), 'MAESTRO_SERVING_CONNECTION'],
  ])('a reply with %s', async (_, reply, code) => {
    expect(await failing(reply)).toMatchObject({ code })
  })

  test('no server at all', async () => {
    const { url, close } = await server()
    await close()
    await expect(fromLangChain(openai(url)).generate({ messages: ask('b') })).rejects.toMatchObject({
      code: 'MAESTRO_SERVING_CONNECTION',
    })
  })

  test("the model's own time-out may pass", async () => {
    const { url } = await server(replies.silence())
    await expect(fromLangChain(openai(url, { timeout: 50 })).generate({ messages: ask('a') })).rejects.toMatchObject({
      code: 'MAESTRO_SERVING_CONNECTION',
      retryable: true,
    })
  })

  test('an aborted call ends', async () => {
    const stop = new AbortController()
    const { url } = await server(() => {
      stop.abort()
      return replies.silence()
    })
    const { signal } = stop
    await expect(fromLangChain(openai(url)).generate({ messages: ask('a') }, { signal })).rejects.toMatchObject({
      code: 'MAESTRO_SERVING_ABORTED',
    })
  })

  test('an error without a word about a provider is a failure', async () => {
    const broken = new EchoChatModel({})
    broken._call = async () => Promise.reject(new Error('no thoughts'))
    await expect(fromLangChain(broken).generate({ messages: ask('a') })).rejects.toMatchObject({
      code: 'MAESTRO_SERVING_FAILED',
      message: expect.stringContaining('no thoughts'),
    })
  })
})

test('values of the environment are not part of the schema', () => {
  const given = { from: '@langchain/openai', export: 'ChatOpenAI', options: { apiKey: env('A_KEY') } }
  expect(langchainChatOptions.parse(given)).toMatchObject({ from: '@langchain/openai' })
})

describe('a model that streams', () => {
  const piece = (content: string, id = 'a') => ({
    id,
    choices: [{ index: 0, delta: { role: 'assistant', content }, finish_reason: null }],
  })
  const end = { id: 'a', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }

  test('is asked for whole answers', async () => {
    const { url, requests } = await server(openAIReplies.chat('bad'))
    const serving = fromLangChain(openai(url, { streaming: true }))
    expect(await serving.generate({ messages: ask('Good or bad?') })).toMatchObject({ text: 'bad' })
    expect(requests[0]?.json()).not.toMatchObject({ stream: true })
  })

  test('streams if its server demands it, and pieces with the whole text so far are not doubled', async () => {
    const pieces = ['The', 'The customer', 'The customer is', 'The customer is cross']
    const { url, requests } = await server(
      replies.error(400, 'This model only support stream mode, please enable the stream parameter.'),
      replies.events([...pieces.map((text) => piece(text)), end]),
      replies.events([piece('b'), piece('ad'), end]),
    )
    const serving = fromLangChain(openai(url, { streaming: true }))
    expect(await serving.generate({ messages: ask('?') })).toMatchObject({ text: 'The customer is cross' })
    expect(await serving.generate({ messages: ask('?') })).toMatchObject({ text: 'bad' })
    expect(requests).toHaveLength(3)
  })

  test('whose answer begins again is a broken reply', async () => {
    const { url } = await server(
      replies.error(400, 'only stream mode'),
      replies.events([piece('The '), piece('tone'), piece('The ', 'b'), piece('tone is bad', 'b'), end]),
    )
    await expect(
      fromLangChain(openai(url, { streaming: true })).generate({ messages: ask('?') }),
    ).rejects.toMatchObject({ code: 'MAESTRO_SERVING_BROKEN_REPLY' })
  })
})

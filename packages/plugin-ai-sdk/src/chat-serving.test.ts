import { createAnthropic } from '@ai-sdk/anthropic'
import type { LanguageModelV2, LanguageModelV3 } from '@ai-sdk/provider'
import { type LLMRequest, type LLMServing, MaestroError } from '@maestro-dataflow/core'
import { type MisbehavingServer, replies, startMisbehavingServer } from '@maestro-dataflow/testkit'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { playedApis } from './__fixtures__/played-apis.js'
import { playedServing } from './__fixtures__/played-provider.js'
import { chatServingOf, fromAISDK } from './chat-serving.js'
import type { LanguageModel } from './load-model.js'

let server: MisbehavingServer
beforeEach(async () => {
  server = await startMisbehavingServer()
})
afterEach(() => server.close())

const ask = (text: string): LLMRequest => ({ messages: [{ role: 'user', content: text }] })

const claude = (message: object = {}) =>
  replies.json({
    id: 'message-1',
    type: 'message',
    role: 'assistant',
    model: 'claude-played',
    content: [{ type: 'text', text: 'good' }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: 7, output_tokens: 3 },
    ...message,
  })

const noTokens = { inputTokens: 1, outputTokens: 1 }

/** A tone of a tenth of a second, as WAV. */
function tone(hertz: number): Uint8Array {
  const header = Buffer.from(
    '524946466401000057415645666d74201000000001000100401f0000803e0000020010006461746140010000',
    'hex',
  )
  const samples = Buffer.alloc(320)
  for (let index = 0; index < 160; index++)
    samples.writeInt16LE(Math.round(9000 * Math.sin((2 * Math.PI * hertz * index) / 8000)), 2 * index)
  return new Uint8Array(Buffer.concat([header, samples]))
}

const anthropic = (settings = {}): LLMServing => playedServing(playedApis.anthropic, server.url, settings)
const sent = (): Record<string, unknown> => server.requests.at(-1)?.json() ?? {}

describe('what is sent', () => {
  beforeEach(() => server.always(claude()))

  test('the settings of the serving, and those of the request before them', async () => {
    const serving = anthropic({ temperature: 0.5, maxTokens: 50, stop: ['END'] })
    await serving.generate({ ...ask('Hello'), maxTokens: 20 })
    expect(sent()).toMatchObject({
      model: 'played-model',
      temperature: 0.5,
      max_tokens: 20,
      stop_sequences: ['END'],
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }],
    })
  })

  test('the options of the provider', async () => {
    const providerOptions = { anthropic: { metadata: { userId: 'user-1' } } }
    await anthropic({ providerOptions }).generate(ask('Hello'))
    expect(sent()).toMatchObject({ metadata: { user_id: 'user-1' } })
  })

  test('an image with its type', async () => {
    const png = Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
      'base64',
    )
    const content = [
      { type: 'text', text: 'What is this?' },
      { type: 'image', data: new Uint8Array(png) },
    ] as const
    await anthropic().generate({ messages: [{ role: 'user', content }] })
    expect(sent()).toMatchObject({
      messages: [
        { content: [{ type: 'text' }, { type: 'image', source: { type: 'base64', media_type: 'image/png' } }] },
      ],
    })
  })

  test('a recording with its type, for a model that listens', async () => {
    const recording = tone(440)
    const content = [
      { type: 'text', text: 'What does she say?' },
      { type: 'audio', data: recording },
    ] as const
    const request = { messages: [{ role: 'user', content }] } as const
    const base64 = Buffer.from(recording).toString('base64')
    server.always(
      playedApis.google.write({ text: 'Hi', finishReason: 'stop', model: 'm', usage: noTokens }, {} as never),
    )
    await playedServing(playedApis.google, server.url, { audio: true }).generate(request)
    expect(sent()).toMatchObject({
      contents: [{ parts: [{ text: 'What does she say?' }, { inlineData: { mimeType: 'audio/wav', data: base64 } }] }],
    })
    server.always(
      playedApis.openaiCompatible.write({ text: 'Hi', finishReason: 'stop', model: 'm', usage: noTokens }, {} as never),
    )
    await playedServing(playedApis.openaiCompatible, server.url, { audio: true }).generate(request)
    expect(sent()).toMatchObject({
      messages: [
        { content: [{ type: 'text' }, { type: 'input_audio', input_audio: { data: base64, format: 'wav' } }] },
      ],
    })
    const deaf = playedServing(playedApis.google, server.url, { audio: false })
    await expect(deaf.generate(request)).rejects.toMatchObject({ code: 'MAESTRO_AI_SDK_MEDIA' })
    // A package that cannot send it says so, and nothing is sent without it.
    const before = server.requests.length
    const outcome = await anthropic({ audio: true })
      .generate(request)
      .catch((error: unknown) => error)
    expect(outcome).toBeInstanceOf(MaestroError)
    expect(server.requests).toHaveLength(before)
  })

  test('media that the model is not known to accept are refused', async () => {
    const content = [{ type: 'image', data: new Uint8Array([1]) }] as const
    await expect(
      anthropic({ images: false }).generate({ messages: [{ role: 'user', content }] }),
    ).rejects.toMatchObject({
      code: 'MAESTRO_AI_SDK_MEDIA',
    })
    expect(server.requests).toHaveLength(0)
  })

  const rules = 'Follow the rules. '.repeat(400)

  test('a mark for the prefix cache after the fixed part of a long prompt', async () => {
    const messages = [
      { role: 'system', content: rules },
      { role: 'user', content: 'Hello' },
    ] as const
    await anthropic().generate({ messages })
    expect(sent()).toMatchObject({ system: [{ cache_control: { type: 'ephemeral' } }] })
    await anthropic({ cachePrompt: false }).generate({ messages })
    expect(JSON.stringify(sent())).not.toContain('cache_control')
  })

  test('a mark within the question after a document that other questions share', async () => {
    const document = 'The whole document. '.repeat(300)
    const messages = [{ role: 'user', content: `${document}Who wrote it?` }] as const
    await anthropic().generate({ messages }, { sharedPrefix: 4096 })
    expect(sent()).toMatchObject({
      messages: [
        {
          content: [
            { text: document.slice(0, 4096), cache_control: { type: 'ephemeral' } },
            { text: `${document.slice(4096)}Who wrote it?` },
          ],
        },
      ],
    })
    await anthropic({ cachePrompt: false }).generate({ messages }, { sharedPrefix: 4096 })
    expect(JSON.stringify(sent())).not.toContain('cache_control')
  })

  test('no mark after a short prompt, unless it is requested', async () => {
    const messages = [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Hello' },
    ] as const
    await anthropic().generate({ messages })
    expect(JSON.stringify(sent())).not.toContain('cache_control')
    await anthropic({ cachePrompt: true }).generate({ messages })
    expect(JSON.stringify(sent())).toContain('cache_control')
  })
})

describe('what comes back', () => {
  test('cached tokens are a part of the prompt, and writes are counted', async () => {
    server.always(
      claude({
        usage: { input_tokens: 7, output_tokens: 3, cache_read_input_tokens: 100, cache_creation_input_tokens: 20 },
      }),
    )
    const { usage } = await anthropic().generate(ask('Hello'))
    expect(usage).toEqual({
      inputTokens: 127,
      outputTokens: 3,
      cachedInputTokens: 100,
      cacheWriteInputTokens: 20,
    })
  })

  test('the warnings of the provider', async () => {
    server.always(claude())
    const { warnings } = await anthropic().generate({ ...ask('Hello'), seed: 7 })
    expect(warnings).toContain('The provider does not support seed.')
  })

  test('limits that the headers report', async () => {
    const reply = claude()
    const headers = {
      ...reply.headers,
      'anthropic-ratelimit-requests-limit': '50',
      'anthropic-ratelimit-requests-remaining': '49',
    }
    server.always({ ...reply, headers })
    const { rateLimits } = await anthropic().generate(ask('Hello'))
    expect(rateLimits).toMatchObject({ requests: { limit: 50, remaining: 49 } })
  })

  test('a schema that the package does not pass on is put into the prompt', async () => {
    server.always(
      replies.json({
        id: '1',
        choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: '{"a":1}' } }],
      }),
    )
    const options = { ...playedApis.openaiCompatible.options(server.url), supportsStructuredOutputs: false }
    const serving = playedServing(playedApis.openaiCompatible, server.url, { options })
    expect(serving.capabilities.jsonSchema).toBe(false)
    const insisting = playedServing(playedApis.openaiCompatible, server.url, { options, structuredOutput: true })
    await expect(insisting.generate({ ...ask('Hello'), schema: { type: 'object' } })).rejects.toMatchObject({
      code: 'MAESTRO_SERVING_SCHEMA_REFUSED',
    })
  })
})

describe('models of every specification', () => {
  const usage2 = { inputTokens: 7, outputTokens: 3, totalTokens: 10, cachedInputTokens: 5, reasoningTokens: 2 }
  const v2: LanguageModelV2 = {
    specificationVersion: 'v2',
    provider: 'played.chat',
    modelId: 'old',
    supportedUrls: {},
    doGenerate: async () => ({
      content: [{ type: 'text', text: 'good' }],
      finishReason: 'stop',
      usage: usage2,
      warnings: [{ type: 'unsupported-setting', setting: 'seed' }],
    }),
    doStream: () => Promise.reject(new Error('not used')),
  }
  const v3: LanguageModelV3 = {
    specificationVersion: 'v3',
    provider: 'played.chat',
    modelId: 'newer',
    supportedUrls: {},
    doGenerate: async ({ prompt }) => ({
      content: [{ type: 'text', text: JSON.stringify(prompt[0]?.content) }],
      finishReason: { unified: 'other', raw: 'MAX_TOKENS' },
      usage: {
        inputTokens: { total: undefined, noCache: 2, cacheRead: 5, cacheWrite: undefined },
        outputTokens: { total: 3, text: 1, reasoning: 2 },
      },
      warnings: [],
    }),
    doStream: () => Promise.reject(new Error('not used')),
  }
  const counts = { inputTokens: 7, outputTokens: 3, cachedInputTokens: 5, reasoningTokens: 2 }

  test('v2', async () => {
    expect(await fromAISDK(v2).generate(ask('Hello'))).toEqual({
      text: 'good',
      finishReason: 'stop',
      usage: counts,
      model: 'old',
      warnings: ['The provider does not support seed.'],
    })
  })

  test('v3, with a file as plain bytes and the end in the provider’s words', async () => {
    const content = [{ type: 'image', data: new Uint8Array(Buffer.from('iVBORw0KGgo=', 'base64')) }] as const
    const result = await fromAISDK(v3).generate({ messages: [{ role: 'user', content }] })
    expect(result).toMatchObject({ finishReason: 'length', usage: counts, model: 'newer' })
    expect(JSON.parse(result.text)).toMatchObject([{ type: 'file', mediaType: 'image/png', data: { 0: 137 } }])
  })

  test('v4, created in code', async () => {
    server.always(claude())
    const model = createAnthropic({ baseURL: `${server.url}/v1`, apiKey: 'played' })('claude-played')
    const serving = fromAISDK(model)
    expect(serving).toMatchObject({ name: 'anthropic claude-played', identity: undefined })
    expect(await serving.generate(ask('Hello'))).toMatchObject({ text: 'good', finishReason: 'stop' })
  })

  test('any other is refused with a hint', () => {
    const v1 = { ...v2, specificationVersion: 'v1' } as unknown as LanguageModel
    expect(() => fromAISDK(v1)).toThrow(expect.objectContaining({ code: 'MAESTRO_AI_SDK_SPECIFICATION' }))
  })
})

describe('a provider that cannot be used', () => {
  const failure = async (named: { provider: string; factory?: string; options?: Record<string, unknown> }) => {
    const serving = chatServingOf({ model: 'm', options: {}, ...named }, import.meta.dirname, {})
    const error: unknown = await serving.generate(ask('Hello')).catch((thrown: unknown) => thrown)
    if (!MaestroError.is(error)) throw error
    return error
  }

  test('a package that is not installed is named with the command', async () => {
    const error = await failure({ provider: '@ai-sdk/none' })
    expect(error).toMatchObject({ code: 'MAESTRO_AI_SDK_PACKAGE_MISSING', stopsRun: true })
    expect(error.hint).toBe('Install it: npm install @ai-sdk/none')
  })

  test('a key of blanks is a missing key, and one with a line end in it is not repeated', async () => {
    const blank = await failure({ provider: '@ai-sdk/mistral', options: { apiKey: '  ' } })
    expect(blank).toMatchObject({ code: 'MAESTRO_AI_SDK_KEY_MISSING' })
    vi.stubEnv('MISTRAL_API_KEY', ' \n')
    const error = await failure({ provider: '@ai-sdk/mistral' })
    expect(error).toMatchObject({ code: 'MAESTRO_AI_SDK_KEY_MISSING' })
    expect(error.message).toContain('MISTRAL_API_KEY')
    vi.stubEnv('MISTRAL_API_KEY', 'first-half\nsecond-half')
    const broken = await failure({ provider: '@ai-sdk/mistral' })
    expect(broken).toMatchObject({ code: 'MAESTRO_SERVING_AUTHENTICATION' })
    expect(broken.message).not.toContain('half')
    vi.unstubAllEnvs()
  })

  test('a region that is missing is not called a key', async () => {
    vi.stubEnv('AWS_REGION', undefined)
    const error = await failure({ provider: '@ai-sdk/amazon-bedrock', options: { apiKey: 'played' } })
    expect(error).toMatchObject({ code: 'MAESTRO_AI_SDK_SETTING_MISSING' })
    expect(error.message).toContain('AWS_REGION')
    vi.unstubAllEnvs()
  })

  test('a missing key is named with its variable', async () => {
    vi.stubEnv('MISTRAL_API_KEY', '')
    const empty = await failure({ provider: '@ai-sdk/mistral' })
    expect(empty.message).toContain('MISTRAL_API_KEY is empty')
    vi.stubEnv('MISTRAL_API_KEY', undefined)
    const error = await failure({ provider: '@ai-sdk/mistral' })
    expect(error).toMatchObject({ code: 'MAESTRO_AI_SDK_KEY_MISSING', stopsRun: true })
    expect(error.message).toContain('MISTRAL_API_KEY')
    vi.unstubAllEnvs()
  })

  test.each([
    ['@ai-sdk/google', 'GOOGLE_GENERATIVE_AI_API_KEY', 'GEMINI_API_KEY'],
    ['@ai-sdk/cohere', 'COHERE_API_KEY', 'CO_API_KEY'],
  ])('%s has the key of the provider’s own tools, if its own variable %s is not set', async (provider, own, other) => {
    server.always(replies.error(401, 'no'))
    vi.stubEnv(own, undefined)
    vi.stubEnv(other, 'other-key')
    await failure({ provider, options: { baseURL: server.url } })
    expect(JSON.stringify(server.requests.at(-1)?.headers)).toContain('other-key')
    vi.stubEnv(own, 'own-key')
    await failure({ provider, options: { baseURL: server.url } })
    expect(JSON.stringify(server.requests.at(-1)?.headers)).toContain('own-key')
    vi.unstubAllEnvs()
  })

  test('an export that does not exist is answered by the nearest one', async () => {
    const error = await failure({ provider: '@ai-sdk/google', factory: 'createGogle' })
    expect(error.code).toBe('MAESTRO_AI_SDK_FACTORY')
    expect(error.hint).toBe('Did you mean "createGoogle"?')
  })

  test('a module without a factory is named', async () => {
    const error = await failure({ provider: './errors.js' })
    expect(error).toMatchObject({ code: 'MAESTRO_AI_SDK_FACTORY' })
  })

  test('a provider without chat models is named', async () => {
    const error = await failure({ provider: './__fixtures__/no-chat.ts' })
    expect(error).toMatchObject({ code: 'MAESTRO_AI_SDK_KIND' })
  })

  test('options that it refuses are its own words', async () => {
    const error = await failure({ provider: './__fixtures__/strict-provider.ts', options: { colour: 'red' } })
    expect(error).toMatchObject({ code: 'MAESTRO_AI_SDK_CREATE' })
    expect(error.message).toContain('unknown option: colour')
  })
})

describe('what is known before the first call', () => {
  test('keys are part of the account, and of nothing else', () => {
    const make = (apiKey: string) => anthropic({ options: { apiKey, baseURL: 'https://a.example' } })
    const [one, other] = [make('first-key'), make('second-key')]
    expect(one.account).not.toBe(other.account)
    expect(one.identity).toEqual(other.identity)
    expect(JSON.stringify([one.identity, one.account, one.name])).not.toContain('first-key')
  })

  test('settings that affect answers are part of the identity', () => {
    const identities = [
      {},
      { temperature: 1 },
      { reasoningEffort: 'low' as const },
      { factory: 'createAnthropic' },
    ].map((settings) => JSON.stringify(anthropic(settings).identity))
    expect(new Set(identities).size).toBe(identities.length)
    expect(anthropic({ contextTokens: 5 }).identity).toEqual(anthropic().identity)
  })

  test('names are short', () => {
    const nameOf = (provider: string) => chatServingOf({ provider, model: 'm/x', options: {} }, '.', {}).name
    expect(['@ai-sdk/anthropic', '@openrouter/ai-sdk-provider', 'zhipu-ai-provider', './mine.ts'].map(nameOf)).toEqual([
      'anthropic m/x',
      'openrouter m/x',
      'zhipu-ai-provider m/x',
      'mine.ts m/x',
    ])
  })
})

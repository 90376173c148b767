import { EnhancedLLMServing, ServingPlane } from '@maestro-dataflow/core'
import { type MisbehavingServer, openAIReplies, replies, startMisbehavingServer } from '@maestro-dataflow/testkit'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { chatServingOf } from './chat-serving.js'
import { fromAnswer } from './from-answer.js'
import type { GivenAnswer } from './given-answer.js'
import { knownModels, knownPrice } from './known-models.js'
import { factsOfNamed } from './model-facts.js'
import { costIn, tierIn } from './price-of-answer.js'

let server: MisbehavingServer
beforeEach(async () => {
  server = await startMisbehavingServer()
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await server.close()
})

/** Sends the calls of a provider package to the played server, as if it were the provider itself. */
const redirected: typeof fetch = (input, init) => {
  const { pathname, search } = new URL(input instanceof Request ? input.url : input)
  return fetch(`${server.url}${pathname}${search}`, init)
}

const serve = (provider: string, model: string, settings = {}) =>
  new EnhancedLLMServing(
    chatServingOf(
      { provider, model, options: { apiKey: 'played', fetch: redirected }, ...settings },
      import.meta.dirname,
      {},
    ),
    { plane: new ServingPlane(), settings: { retries: 0 } },
  )

const question = { messages: [{ role: 'user', content: 'Hello' }] } as const

const anthropicReply = (usage: object) =>
  replies.json({
    id: 'message-1',
    type: 'message',
    role: 'assistant',
    model: 'claude-haiku-5-5',
    content: [{ type: 'text', text: 'good' }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage,
  })

test('a long prompt, a cache for an hour, and a place of their own price are charged as Anthropic does', async () => {
  const usage = {
    input_tokens: 100_000,
    output_tokens: 1000,
    cache_read_input_tokens: 50_000,
    cache_creation_input_tokens: 30_000,
    cache_creation: { ephemeral_5m_input_tokens: 10_000, ephemeral_1h_input_tokens: 20_000 },
    service_tier: 'standard',
  }
  server.next(anthropicReply(usage), anthropicReply({ ...usage, inference_geo: 'us' }))
  const { longPrompts: [long] = [] } = knownPrice('anthropic', 'claude-haiku-5-5') ?? {}
  const { input = 0, output = 0, cachedInput = 0, cacheWriteInput = 0, longCacheWriteInput = 0 } = long ?? {}
  const expected =
    (100_000 * input + 1000 * output + 50_000 * cachedInput + 10_000 * cacheWriteInput + 20_000 * longCacheWriteInput) /
    1_000_000
  const serving = serve('@ai-sdk/anthropic', 'claude-haiku-5-5')
  expect((await serving.generate(question)).cost).toBeCloseTo(expected, 8)
  expect((await serving.generate(question)).cost).toBeCloseTo(1.1 * expected, 8)
})

test('the committed capacity of Anthropic has no price for a request', async () => {
  server.next(anthropicReply({ input_tokens: 9, output_tokens: 1, service_tier: 'priority' }))
  expect(await serve('@ai-sdk/anthropic', 'claude-haiku-5-5').generate(question)).not.toHaveProperty('cost')
})

test('a provider with lower prices at some hours is charged the others, and the answer says so', async () => {
  const [model = ''] =
    Object.entries(knownModels.providers.deepseek ?? {}).find(([, { offPeak }]) => offPeak === true) ?? []
  server.always(openAIReplies.chat('good'))
  const serving = chatServingOf(
    { provider: '@ai-sdk/deepseek', model, options: { apiKey: 'played', fetch: redirected } },
    import.meta.dirname,
    {},
  )
  expect(await serving.generate(question)).toMatchObject({ warnings: [expect.stringContaining('at some hours')] })
})

test('a tier is read from the metadata, or else from the reply itself', () => {
  const answer = (rest: object) => ({ content: [], finishReason: 'stop', usage: {}, warnings: [], ...rest }) as never
  expect(tierIn(answer({ providerMetadata: { openai: { serviceTier: 'flex' } } }))).toBe('flex')
  expect(tierIn(answer({ providerMetadata: { bedrock: { serviceTier: { type: 'priority' } } } }))).toBe('priority')
  expect(tierIn(answer({ response: { body: { service_tier: 'flex' } } }))).toBe('flex')
  expect(tierIn(answer({ response: { body: { usageMetadata: { serviceTier: 'FLEX' } } } }))).toBe('flex')
  const usage = { service_tier: 'standard', speed: 'fast', inference_geo: 'us' }
  expect(tierIn(answer({ providerMetadata: { anthropic: { usage } } }))).toBe('fast us')
  expect(tierIn(answer({ providerMetadata: { odd: null } }))).toBeUndefined()
})

test('a cost that the reply states is taken over, unless it is no amount', () => {
  expect(costIn({ openrouter: { usage: { cost: 0.02 } } })).toBe(0.02)
  expect(costIn({ gateway: { cost: '0.03' } })).toBe(0.03)
  expect(costIn({ gateway: { cost: 'free' } })).toBeUndefined()
  expect(costIn({ openrouter: { usage: { cost: -1 } } })).toBeUndefined()
  expect(costIn(undefined)).toBeUndefined()
})

test('models of the specification v2 leave out cache writes, which are read from the reply', () => {
  const answer: GivenAnswer = {
    content: [{ type: 'text', text: 'good' } as { type: string }],
    finishReason: 'stop',
    usage: { inputTokens: 100, outputTokens: 5, totalTokens: 105, cachedInputTokens: 40 },
    providerMetadata: {
      anthropic: {
        usage: {
          input_tokens: 100,
          output_tokens: 5,
          cache_read_input_tokens: 40,
          cache_creation_input_tokens: 60,
        },
      },
    },
    warnings: [],
  }
  expect(fromAnswer(answer, { serving: 'a', model: 'b', promptTokens: () => 1 }).usage).toEqual({
    inputTokens: 200,
    outputTokens: 5,
    cachedInputTokens: 40,
    cacheWriteInputTokens: 60,
  })
})

test('Bedrock counts cached tokens beside the prompt, also in the specification v2', () => {
  const usage = { inputTokens: 100, outputTokens: 50, totalTokens: 150, cachedInputTokens: 40 }
  const providerMetadata = { bedrock: { usage: { cacheWriteInputTokens: 60 } } }
  const answer = { content: [], finishReason: 'stop', usage, providerMetadata, warnings: [] } as const
  const asked = { serving: 'a', model: 'b', promptTokens: () => 1, provider: 'amazon-bedrock' }
  expect(fromAnswer(answer, asked).usage).toEqual({
    inputTokens: 200,
    outputTokens: 50,
    cachedInputTokens: 40,
    cacheWriteInputTokens: 60,
  })
})

test('an answer without counted tokens says that they are estimated', () => {
  const answer = { content: [], finishReason: 'stop', usage: undefined, warnings: [] } as never
  const asked = { serving: 'a', model: 'b', promptTokens: () => 7 }
  expect(fromAnswer(answer, asked)).toMatchObject({
    usage: { inputTokens: 7 },
    warnings: [expect.stringContaining('estimated')],
  })
})

test('an address in the environment is another server: it has no known price, and its answers are its own', () => {
  const facts = (options = {}) =>
    factsOfNamed({ provider: '@ai-sdk/anthropic', model: 'claude-haiku-5-5', options }, {})
  const own = facts()
  expect(own.price).toBeDefined()
  expect(facts({ baseURL: 'https://api.anthropic.com/v1' }).price).toEqual(own.price)
  expect(facts({ baseURL: 'https://models.example/v1' }).price).toBeUndefined()
  vi.stubEnv('ANTHROPIC_BASE_URL', 'https://models.example/v1')
  const elsewhere = facts()
  expect(elsewhere.price).toBeUndefined()
  expect(elsewhere.identity).not.toEqual(own.identity)
  expect(elsewhere.account).not.toBe(own.account)
})

test('the price of a region is that of the options, or else of the environment', () => {
  const price = (location?: string) =>
    factsOfNamed(
      {
        provider: '@ai-sdk/google-vertex/anthropic',
        model: 'claude-sonnet-4-5@20250929',
        options: location === undefined ? {} : { location },
      },
      {},
    ).price?.input
  const worldwide = price('global')
  expect(price('europe-west1')).toBeCloseTo(1.1 * (worldwide ?? 0))
  vi.stubEnv('GOOGLE_VERTEX_LOCATION', 'us-east5')
  expect(price()).toBeCloseTo(1.1 * (worldwide ?? 0))
})

import { EnhancedLLMServing, ServingPlane } from '@maestro-dataflow/core'
import { type MisbehavingServer, replies, startMisbehavingServer } from '@maestro-dataflow/testkit'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { chatServingOf } from './chat-serving.js'
import { type ServiceTier, tierOptions } from './service-tier.js'

let server: MisbehavingServer
beforeEach(async () => {
  server = await startMisbehavingServer()
})
afterEach(() => server.close())

const inTier = (service_tier: string) =>
  replies.json({
    id: 'response-1',
    object: 'response',
    created_at: 1,
    model: 'gpt-5-mini',
    status: 'completed',
    service_tier,
    output: [
      {
        type: 'message',
        id: 'message-1',
        role: 'assistant',
        status: 'completed',
        content: [{ type: 'output_text', text: 'good', annotations: [] }],
      },
    ],
    usage: { input_tokens: 7, output_tokens: 3, total_tokens: 10 },
  })

function ask(options: { tier: ServiceTier; flexTimeout?: number }, provider = '@ai-sdk/openai') {
  const named = { provider, model: 'gpt-5-mini', options: { baseURL: `${server.url}/v1`, apiKey: 'played' } }
  const serving = new EnhancedLLMServing(chatServingOf({ ...named, ...options }, import.meta.dirname, {}), {
    plane: new ServingPlane(),
    settings: { retries: 0, price: { input: 1, output: 2 } },
  })
  return serving.generate({ messages: [{ role: 'user', content: 'Hello' }] })
}

const tiersAsked = () => server.requests.map((request) => request.json<{ service_tier?: string }>().service_tier)

/** 7 tokens of the prompt at 1 dollar and 3 of the answer at 2, each per million. */
const usual = 13e-6

test('a tier is sent, and the price of the tier that the reply states is charged', async () => {
  server.next(inTier('flex'), inTier('default'))
  const inFlex = await ask({ tier: 'flex' })
  expect(inFlex.cost).toBeLessThan(usual)
  expect((await ask({ tier: 'flex' })).cost).toBeCloseTo(usual, 12)
  expect(tiersAsked()).toEqual(['flex', 'flex'])
})

test('a request that flex has no room for, or does not answer in time, is sent again in the standard tier', async () => {
  server.next(replies.error(429, 'Flex is at capacity', {}, 'resource_unavailable'), inTier('default'))
  const result = await ask({ tier: 'flex' })
  expect(result).toMatchObject({ text: 'good', warnings: [expect.stringContaining('sent again in the standard tier')] })
  server.next(replies.silence(), inTier('default'))
  expect((await ask({ tier: 'flex', flexTimeout: 200 })).text).toBe('good')
  expect(tiersAsked()).toEqual(['flex', 'default', 'flex', 'default'])
})

test('any other refusal is not a matter of the tier', async () => {
  server.always(replies.error(401, 'Incorrect API key provided', {}, 'invalid_api_key'))
  await expect(ask({ tier: 'flex' })).rejects.toMatchObject({ code: 'MAESTRO_SERVING_AUTHENTICATION' })
  expect(tiersAsked()).toEqual(['flex'])
})

test('each provider has its own words, and none of them a tier that it lacks', () => {
  expect(tierOptions('google.generative-ai', 'flex')).toEqual({ google: { serviceTier: 'flex' } })
  expect(tierOptions('groq.chat', 'standard')).toEqual({ groq: { serviceTier: 'on_demand' } })
  expect(tierOptions('amazon-bedrock', 'priority')).toEqual({ bedrock: { serviceTier: 'priority' } })
  for (const [provider, tier] of [
    ['anthropic.messages', 'flex'],
    ['google.vertex.chat', 'flex'],
    ['mistral.chat', 'standard'],
  ] as const)
    expect(tierOptions(provider, tier)).toBeUndefined()
})

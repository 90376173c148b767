import { EnhancedLLMServing, ServingPlane } from '@maestro-dataflow/core'
import {
  type MisbehavingServer,
  openAIReplies,
  type Reply,
  replies,
  startMisbehavingServer,
} from '@maestro-dataflow/testkit'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { OpenAIChatServing } from './chat-serving.js'
import type { OpenAIChatOptions } from './chat-serving-options.js'

let server: MisbehavingServer
beforeEach(async () => {
  server = await startMisbehavingServer()
})
afterEach(() => server.close())

const inTier = (tier: string): Reply => {
  const reply = openAIReplies.chat('good')
  return { ...reply, body: JSON.stringify({ ...JSON.parse(String(reply.body)), service_tier: tier }) }
}

const serving = (options: Partial<OpenAIChatOptions>) =>
  new EnhancedLLMServing(new OpenAIChatServing({ model: 'tiny', baseUrl: `${server.url}/v1`, ...options }), {
    plane: new ServingPlane(),
    settings: { retries: 0, price: { input: 1, output: 2 } },
  })

const ask = (options: Partial<OpenAIChatOptions>) =>
  serving(options).generate({ messages: [{ role: 'user', content: 'Hello' }] })

const tiersAsked = () => server.requests.map((request) => request.json().service_tier)

/** 7 tokens of the prompt at 1 dollar and 3 of the answer at 2, each per million. */
const usual = 13e-6

test.each([
  ['flex', 'flex', usual / 2],
  ['priority', 'priority', usual * 2],
  ['standard', 'default', usual],
] as const)('the tier %s is sent, and its price is charged', async (tier, sent, cost) => {
  server.always(inTier(sent))
  const result = await ask({ tier })
  expect(tiersAsked()).toEqual([sent])
  expect(result.cost).toBeCloseTo(cost, 12)
})

test('an answer is charged by the tier that the reply states, not by the tier that was requested', async () => {
  server.always(inTier('default'))
  expect((await ask({ tier: 'flex' })).cost).toBeCloseTo(usual, 12)
})

test('a request that flex has no room for is sent again in the standard tier', async () => {
  server.next(replies.error(429, 'Flex is at capacity', {}, 'resource_unavailable'), inTier('default'))
  const result = await ask({ tier: 'flex' })
  expect(tiersAsked()).toEqual(['flex', 'default'])
  expect(result.text).toBe('good')
  expect(result.cost).toBeCloseTo(usual, 12)
})

test('a request that flex does not answer in time is sent again in the standard tier', async () => {
  server.next(replies.silence(), inTier('default'))
  expect((await ask({ tier: 'flex', flexTimeout: 200 })).text).toBe('good')
  expect(tiersAsked()).toEqual(['flex', 'default'])
})

test('any other refusal is not a matter of the tier', async () => {
  server.always(replies.error(401, 'Incorrect API key provided', {}, 'invalid_api_key'))
  await expect(ask({ tier: 'flex' })).rejects.toMatchObject({ code: 'MAESTRO_SERVING_AUTHENTICATION' })
  expect(tiersAsked()).toEqual(['flex'])
})

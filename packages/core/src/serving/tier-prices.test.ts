import { expect, test } from 'vitest'
import type { LLMResult, LLMServing } from '../contracts/serving.js'
import type { Price } from '../contracts/serving-settings.js'
import { EnhancedLLMServing } from './enhanced-llm-serving.js'
import { ServingPlane } from './serving-plane.js'

/** Asks a provider that answers with a million tokens of input. */
async function ask(result: Partial<LLMResult>, price: Price, tier?: string) {
  const warnings: string[] = []
  const provider: LLMServing = {
    kind: 'llm',
    name: 'tiers',
    tier,
    capabilities: { jsonSchema: false, images: false, audio: false },
    generate: async () => ({
      text: 'fine',
      finishReason: 'stop',
      usage: { inputTokens: 1_000_000, outputTokens: 0 },
      model: 'm',
      ...result,
    }),
  }
  const observer = {
    requestDone: ({ warnings: given = [] }: { warnings?: readonly string[] }) => void warnings.push(...given),
  }
  const serving = new EnhancedLLMServing(provider, { plane: new ServingPlane({ observer }), settings: { price } })
  const { cost } = await serving.generate({ messages: [{ role: 'user', content: 'Hello' }] })
  return { cost, warnings }
}

test('an answer costs what its tier costs, without a word if that is known', async () => {
  const price = { input: 1, tiers: { flex: { input: 0.4 } } }
  expect(await ask({ tier: 'flex' }, price)).toEqual({ cost: 0.4, warnings: [] })
  expect(await ask({ tier: 'default' }, price)).toEqual({ cost: 1, warnings: [] })
})

test('a warning states that the price of a tier is assumed or not known', async () => {
  expect(await ask({ tier: 'flex' }, { input: 1 })).toEqual({
    cost: 0.5,
    warnings: [expect.stringContaining('0.5 times the price')],
  })
  expect(await ask({ tier: 'scale' }, { input: 1 })).toEqual({
    cost: undefined,
    warnings: [expect.stringContaining('the cost is not known')],
  })
  expect(await ask({ tier: 'priority' }, { input: 1, tiers: {} })).toMatchObject({ cost: undefined })
})

test('a reply that does not state its tier costs the higher price of the two', async () => {
  const price = { input: 1, tiers: { flex: { input: 0.4 }, priority: { input: 3 } } }
  expect(await ask({}, price, 'priority')).toEqual({
    cost: 3,
    warnings: [expect.stringContaining('do not state their service tier')],
  })
  expect(await ask({}, price, 'flex')).toMatchObject({ cost: 1 })
  expect(await ask({}, price, 'standard')).toEqual({ cost: 1, warnings: [] })
})

test('a cost that the provider states counts in every tier', async () => {
  expect(await ask({ tier: 'scale', cost: 0.25 }, { input: 1 })).toEqual({ cost: 0.25, warnings: [] })
})

import { expect, test } from 'vitest'
import { knownModel, knownModels, knownPrice } from './known-models.js'

const all = Object.entries(knownModels.providers).flatMap(([provider, models]) =>
  Object.entries(models).map(([name, model]) => ({ provider, name, model })),
)

test('a price has a date and a source, and an unknown model has none', () => {
  const { provider, name, model } = all.find(({ model }) => model.input !== undefined) ?? {}
  expect(knownPrice(provider ?? '', name ?? '')).toMatchObject({ input: model?.input, date: knownModels.date })
  expect(knownPrice('anthropic', 'a model of nobody')).toBeUndefined()
})

test.each([
  ['google', 'models/gemini-2.5-flash', 'gemini-2.5-flash'],
  ['google-vertex', 'publishers/google/models/gemini-2.5-flash', 'gemini-2.5-flash'],
  ['google-vertex', 'projects/p/locations/eu/publishers/google/models/gemini-2.5-flash', 'gemini-2.5-flash'],
  [
    'amazon-bedrock',
    'arn:aws:bedrock:eu-central-1:123456789012:inference-profile/eu.anthropic.claude-haiku-4-5-20251001-v1:0',
    'eu.anthropic.claude-haiku-4-5-20251001-v1:0',
  ],
  ['amazon-bedrock', 'arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0', 'amazon.nova-lite-v1:0'],
])('%s knows the model that the path %s names', (provider, path, name) => {
  expect(knownModel(provider, name)).toBeDefined()
  expect(knownModel(provider, path)).toBe(knownModel(provider, name))
})

test.each([
  ['google', 'tunedModels/gemini-2.5-flash'],
  ['amazon-bedrock', 'arn:aws:bedrock:eu-central-1:123456789012:application-inference-profile/amazon.nova-lite-v1:0'],
])('%s does not know the model of a user at the path %s', (provider, path) => {
  expect(knownModel(provider, path)).toBeUndefined()
})

test('recordings and reasoning have their own prices where they are known', () => {
  expect(knownPrice('google', 'gemini-2.5-flash')).toMatchObject({ input: 0.3, audioInput: 1, reasoning: 2.5 })
})

test('the tiers of service have their own prices, and only those that are known', () => {
  const { provider, name } = all.find(({ model }) => model.tiers?.flex !== undefined) ?? {}
  const { input = 0, tiers } = knownPrice(provider ?? '', name ?? '') ?? {}
  expect(tiers?.flex?.input).toBeLessThan(input)
  expect(tiers).not.toHaveProperty('a tier of nobody')
  expect(all.every(({ provider, name }) => (knownPrice(provider, name) ?? { tiers: {} }).tiers !== undefined)).toBe(
    true,
  )
})

test('prices are complete: a chat model has a price of its answers, and long prompts cost no less than others', () => {
  const priced = all.filter(({ model }) => model.input !== undefined)
  expect(priced.length).toBeGreaterThan(500)
  for (const { name, model } of priced) {
    expect(model.input, name).toBeGreaterThan(0)
    if (model.images !== undefined) expect(model.output, name).toBeGreaterThan(0)
    for (const step of model.longPrompts ?? []) expect(step.input, name).toBeGreaterThanOrEqual(model.input ?? 0)
  }
})

test('a region has its own price where it differs', () => {
  const [model = '', region = ''] =
    Object.entries(knownModels.providers['amazon-bedrock'] ?? {})
      .map(([name, { regions }]) => [name, Object.keys(regions ?? {})[0]])
      .find(([, region]) => region !== undefined) ?? []
  const usual = knownPrice('amazon-bedrock', model)
  expect(knownPrice('amazon-bedrock', model, region)?.input).not.toBe(usual?.input)
  expect(knownPrice('amazon-bedrock', model, 'us-east-1')).toEqual(usual)
  const worldwide = knownPrice('google-vertex', 'claude-sonnet-4-5@20250929', 'global')
  const european = knownPrice('google-vertex', 'claude-sonnet-4-5@20250929', 'europe-west1')
  expect(european?.input).toBeCloseTo(1.1 * (worldwide?.input ?? 0))
})

test('batches are priced for the models of several providers', () => {
  const providers = new Set(all.filter(({ model }) => model.batch !== undefined).map(({ provider }) => provider))
  expect([...providers]).toEqual(expect.arrayContaining(['anthropic', 'openai', 'google']))
})

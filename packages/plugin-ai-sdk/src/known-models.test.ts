import { expect, test } from 'vitest'
import { knownModels, knownPrice, knownTiers } from './known-models.js'

const all = Object.entries(knownModels.providers).flatMap(([provider, models]) =>
  Object.entries(models).map(([name, model]) => ({ provider, name, model })),
)

test('a price has a date and a source, and an unknown model has none', () => {
  const { provider, name, model } = all.find(({ model }) => model.input !== undefined) ?? {}
  expect(knownPrice(provider ?? '', name ?? '')).toMatchObject({ input: model?.input, date: knownModels.date })
  expect(knownPrice('anthropic', 'a model of nobody')).toBeUndefined()
})

test('recordings and reasoning have their own prices where they are known', () => {
  expect(knownPrice('google', 'gemini-2.5-flash')).toMatchObject({ input: 0.3, audioInput: 1, reasoning: 2.5 })
})

test('the tiers of service have their own prices where they are known', () => {
  const { provider, name, model } = all.find(({ model }) => model.flex !== undefined && model.input) ?? {}
  expect(knownTiers(provider ?? '', name ?? '').flex).toBeCloseTo((model?.flex?.input ?? 0) / (model?.input ?? 1))
  expect(knownTiers('anthropic', 'a model of nobody')).toEqual({})
})

test('batches are priced for the models of several providers', () => {
  const providers = new Set(all.filter(({ model }) => model.batch !== undefined).map(({ provider }) => provider))
  expect([...providers]).toEqual(expect.arrayContaining(['anthropic', 'openai', 'google']))
})

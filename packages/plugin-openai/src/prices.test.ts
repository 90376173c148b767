import { expect, test } from 'vitest'
import { chatCapabilities } from './chat-capabilities.js'
import { pricedModels, priceOf, retirementOf } from './prices.js'

test('every price is a price, with its date and source', () => {
  expect(pricedModels.length).toBeGreaterThan(20)
  for (const model of pricedModels) {
    const { input = 0, cachedInput = input, output = 0, date, source } = priceOf(model) ?? {}
    expect(input, model).toBeGreaterThan(0)
    expect(cachedInput, model).toBeGreaterThan(0)
    expect(cachedInput, model).toBeLessThanOrEqual(input)
    if (model.startsWith('text-embedding')) expect(output, model).toBe(0)
    else expect(output, model).toBeGreaterThan(0)
    expect(new Date(date ?? '').getTime(), model).toBeLessThanOrEqual(Date.now())
    expect(source).toMatch(/^litellm \d/)
  }
})

test('a version costs what its model costs, unless it has a price of its own', () => {
  expect(priceOf('gpt-4o-mini-2024-07-18')).toEqual(priceOf('gpt-4o-mini'))
  expect(priceOf('gpt-4o-2024-05-13')).toMatchObject({ input: 5, output: 15 })
})

test('long prompts and other tiers of service have their own prices', () => {
  const { input, longPrompts, tiers } = priceOf('gpt-5.4') ?? {}
  expect(longPrompts).toMatchObject([{ above: 272_000, input: 2 * (input ?? 0) }])
  expect(tiers?.flex).toMatchObject({ input: (input ?? 0) / 2, longPrompts: [{ above: 272_000, input }] })
  // Not every model costs twice as much in the tier priority.
  expect(priceOf('gpt-4o')?.tiers?.priority?.input).toBe(4.25)
})

test('an unknown model has no price', () => {
  for (const model of ['gpt-99', 'ft:gpt-4o:me', 'gpt-4o-search-preview', 'constructor', ''])
    expect(priceOf(model)).toBeUndefined()
})

test('the day on which OpenAI retires a model is known for its own servers only', () => {
  const model = pricedModels.find((name) => retirementOf(name) !== undefined) ?? ''
  expect(chatCapabilities({ model })).toMatchObject({ retires: expect.stringMatching(/^\d{4}-\d{2}-\d{2}$/) })
  expect(chatCapabilities({ model, baseUrl: 'https://models.example/v1' })).not.toHaveProperty('retires')
  expect(retirementOf('a model of nobody')).toBeUndefined()
})

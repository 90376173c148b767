import { expect, test } from 'vitest'
import { addUsage, costOf } from './cost.js'

test('dollars by million tokens; cached ones have a price of their own, reasoning is part of the output', () => {
  const usage = { inputTokens: 1_000_000, outputTokens: 100_000, cachedInputTokens: 400_000, reasoningTokens: 90_000 }
  expect(costOf(usage, { input: 2, output: 10 })).toBeCloseTo(3)
  expect(costOf(usage, { input: 2, output: 10, cachedInput: 0.5 })).toBeCloseTo(1.2 + 0.2 + 1)
  expect(costOf(usage, { input: 0, request: 0.25 })).toBe(0.25)
})

test('a price that is not known is not 0', () => {
  expect(costOf({ inputTokens: 1, outputTokens: 1 }, undefined)).toBeUndefined()
})

test('a sum with unknown parts keeps the known ones', () => {
  const one = { inputTokens: 1, outputTokens: 2 }
  expect(addUsage(undefined, undefined)).toBeUndefined()
  expect(addUsage(one, undefined)).toEqual(one)
  expect(addUsage(one, one)).toEqual({ inputTokens: 2, outputTokens: 4 })
  expect(addUsage({ ...one, cachedInputTokens: 3 }, { ...one, reasoningTokens: 4 })).toEqual({
    inputTokens: 2,
    outputTokens: 4,
    cachedInputTokens: 3,
    reasoningTokens: 4,
  })
})

test('no miscount of a provider makes a cost below zero or too small', () => {
  const price = { input: 1, cachedInput: 0, output: 10 }
  expect(costOf({ inputTokens: 10, outputTokens: 0, cachedInputTokens: 5000 }, price)).toBe(0)
  expect(costOf({ inputTokens: 0, outputTokens: 100, reasoningTokens: 1_000_000 }, price)).toBe(10)
})

test('tokens that are written to the cache have a price of their own', () => {
  const usage = { inputTokens: 2_000_000, outputTokens: 0, cacheWriteInputTokens: 1_000_000 }
  expect(costOf(usage, { input: 4 })).toBe(9)
  expect(costOf(usage, { input: 4, cacheWriteInput: 8 })).toBe(12)
})

test('images, recordings, and reasoning are charged at their own prices', () => {
  const usage = {
    inputTokens: 1_000_000,
    outputTokens: 1_000_000,
    audioInputTokens: 300_000,
    imageInputTokens: 200_000,
  }
  expect(costOf(usage, { input: 1, output: 2 })).toBe(3)
  expect(costOf(usage, { input: 1, output: 2, audioInput: 10, imageInput: 5 })).toBeCloseTo(0.5 + 3 + 1 + 2)
  const thoughtful = { inputTokens: 0, outputTokens: 1_000_000, reasoningTokens: 400_000 }
  expect(costOf(thoughtful, { input: 1, output: 2, reasoning: 5 })).toBeCloseTo(1.2 + 2)
})

test('the parts of a prompt never cost more than the whole prompt', () => {
  const usage = { inputTokens: 10, outputTokens: 0, cachedInputTokens: 8, audioInputTokens: 10, imageInputTokens: 10 }
  expect(costOf(usage, { input: 1_000_000, cachedInput: 0, audioInput: 3_000_000 })).toBe(6)
})

test('all tokens of a long prompt have the price of long prompts', () => {
  const price = {
    input: 1,
    output: 2,
    longPrompts: [
      { above: 500, input: 10, output: 20 },
      { above: 100, input: 3, output: 4 },
    ],
  }
  const cost = (inputTokens: number) => costOf({ inputTokens, outputTokens: 10 }, price)
  expect(cost(100)).toBeCloseTo(120e-6)
  expect(cost(101)).toBeCloseTo((303 + 40) * 1e-6)
  expect(cost(1000)).toBeCloseTo((10_000 + 200) * 1e-6)
})

test('a service tier has its own price, and one that is not listed has none', () => {
  const usage = { inputTokens: 1_000_000, outputTokens: 0 }
  const price = { input: 1, tiers: { flex: { input: 0.6 } } }
  expect(costOf(usage, price)).toBe(1)
  expect(costOf(usage, price, 'default')).toBe(1)
  expect(costOf(usage, price, 'flex')).toBe(0.6)
  expect(costOf(usage, price, 'priority')).toBeUndefined()
  // The usual multiples, if nothing is known about the tiers.
  expect(costOf(usage, { input: 1 }, 'flex')).toBe(0.5)
  expect(costOf(usage, { input: 1 }, 'priority')).toBe(2)
  expect(costOf(usage, { input: 1 }, 'scale')).toBeUndefined()
})

test('a cache that keeps a prompt for an hour costs more to write', () => {
  const usage = { inputTokens: 10, outputTokens: 0, cacheWriteInputTokens: 10, longCacheWriteInputTokens: 4 }
  expect(costOf(usage, { input: 1, cacheWriteInput: 2, longCacheWriteInput: 5 })).toBeCloseTo(32e-6)
  expect(costOf(usage, { input: 1, cacheWriteInput: 2 })).toBeCloseTo(20e-6)
})

test('a call without usage has an unknown cost, unless its tokens cost nothing', () => {
  expect(costOf(undefined, { input: 1 })).toBeUndefined()
  expect(costOf(undefined, { input: 0, request: 0.002 })).toBe(0.002)
})

import type { Usage } from '../contracts/serving.js'
import type { Price } from '../contracts/serving-settings.js'
import { partsOf } from './usage-parts.js'

const million = 1_000_000

/**
 * What most providers charge for a token that is written to their prefix cache, as a multiple of the price of input.
 */
const usualCacheWrite = 1.25

/** The cost of tokens, in dollars. Some parts of the prompt and of the answer have their own price. Undefined if the price is unknown. */
export function costOf(usage: Usage, price: Price | undefined): number | undefined {
  if (price === undefined) return undefined
  const { input, output = 0, request = 0 } = price
  const { cachedInput = input, cacheWriteInput = usualCacheWrite * input } = price
  const { imageInput = input, audioInput = input, reasoning = output } = price
  const { inputTokens, outputTokens, reasoningTokens = 0 } = usage
  const prompt = charge(inputTokens, input, [
    [usage.cachedInputTokens, cachedInput],
    [usage.cacheWriteInputTokens, cacheWriteInput],
    [usage.audioInputTokens, audioInput],
    [usage.imageInputTokens, imageInput],
  ])
  const answer = charge(Math.max(outputTokens, reasoningTokens), output, [[reasoningTokens, reasoning]])
  return (prompt + answer) / million + request
}

/**
 * What tokens cost, some of which have a price of their own. Providers sometimes miscount: the parts never exceed the
 * whole, because a negative cost would cancel the cost of other calls.
 */
function charge(
  tokens: number,
  price: number,
  parts: readonly (readonly [tokens: number | undefined, price: number])[],
): number {
  let left = tokens
  let sum = 0
  for (const [part = 0, partPrice] of parts) {
    const charged = Math.min(part, left)
    left -= charged
    sum += charged * partPrice
  }
  return sum + left * price
}

/** The sum of the usage of several calls. */
export function addUsage(one: Usage | undefined, other: Usage | undefined): Usage | undefined {
  if (one === undefined || other === undefined) return one ?? other
  return {
    inputTokens: one.inputTokens + other.inputTokens,
    outputTokens: one.outputTokens + other.outputTokens,
    ...partsOf((part) => addKnown(one[part], other[part])),
  }
}

const addKnown = (one: number | undefined, other: number | undefined): number | undefined =>
  one === undefined && other === undefined ? undefined : (one ?? 0) + (other ?? 0)

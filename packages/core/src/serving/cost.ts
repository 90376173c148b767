import type { Usage } from '../contracts/serving.js'
import type { Price } from '../contracts/serving-settings.js'

const million = 1_000_000

/**
 * What most providers charge for a token that is written to their prefix cache, as a multiple of the price of input.
 */
const usualCacheWrite = 1.25

/**
 * The cost of tokens, in dollars. Cached tokens of the prompt have their own price; reasoning tokens are part of the
 * output. Undefined if the price is unknown.
 */
export function costOf(usage: Usage, price: Price | undefined): number | undefined {
  if (price === undefined) return undefined
  const { inputTokens, outputTokens, cachedInputTokens = 0, cacheWriteInputTokens = 0, reasoningTokens = 0 } = usage
  const { input, output = 0, cachedInput = input, cacheWriteInput = usualCacheWrite * input, request = 0 } = price
  // Providers sometimes miscount. A negative cost would cancel the cost of other calls.
  const cached = Math.min(cachedInputTokens, inputTokens)
  const written = Math.min(cacheWriteInputTokens, inputTokens - cached)
  const fresh = inputTokens - cached - written
  const prompt = fresh * input + cached * cachedInput + written * cacheWriteInput
  return (prompt + Math.max(outputTokens, reasoningTokens) * output) / million + request
}

/** The sum of the usage of several calls. */
export function addUsage(one: Usage | undefined, other: Usage | undefined): Usage | undefined {
  if (one === undefined || other === undefined) return one ?? other
  const cachedInputTokens = addKnown(one.cachedInputTokens, other.cachedInputTokens)
  const cacheWriteInputTokens = addKnown(one.cacheWriteInputTokens, other.cacheWriteInputTokens)
  const reasoningTokens = addKnown(one.reasoningTokens, other.reasoningTokens)
  return {
    inputTokens: one.inputTokens + other.inputTokens,
    outputTokens: one.outputTokens + other.outputTokens,
    ...(cachedInputTokens === undefined ? {} : { cachedInputTokens }),
    ...(cacheWriteInputTokens === undefined ? {} : { cacheWriteInputTokens }),
    ...(reasoningTokens === undefined ? {} : { reasoningTokens }),
  }
}

const addKnown = (one: number | undefined, other: number | undefined): number | undefined =>
  one === undefined && other === undefined ? undefined : (one ?? 0) + (other ?? 0)

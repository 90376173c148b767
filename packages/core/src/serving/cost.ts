import type { Usage } from '../contracts/serving.js'
import type { Price } from '../contracts/serving-settings.js'

const million = 1_000_000

/**
 * What tokens cost, in dollars. Cached tokens of the prompt have a price of their own; reasoning tokens are part of
 * the output. Undefined when the price is not known.
 */
export function costOf(usage: Usage, price: Price | undefined): number | undefined {
  if (price === undefined) return undefined
  const cached = usage.cachedInputTokens ?? 0
  const { input, output = 0, cachedInput = input, request = 0 } = price
  const tokens = (usage.inputTokens - cached) * input + cached * cachedInput + usage.outputTokens * output
  return tokens / million + request
}

/** The sum of what several calls took. */
export function addUsage(one: Usage | undefined, other: Usage | undefined): Usage | undefined {
  if (one === undefined || other === undefined) return one ?? other
  const cachedInputTokens = addKnown(one.cachedInputTokens, other.cachedInputTokens)
  const reasoningTokens = addKnown(one.reasoningTokens, other.reasoningTokens)
  return {
    inputTokens: one.inputTokens + other.inputTokens,
    outputTokens: one.outputTokens + other.outputTokens,
    ...(cachedInputTokens === undefined ? {} : { cachedInputTokens }),
    ...(reasoningTokens === undefined ? {} : { reasoningTokens }),
  }
}

const addKnown = (one: number | undefined, other: number | undefined): number | undefined =>
  one === undefined && other === undefined ? undefined : (one ?? 0) + (other ?? 0)

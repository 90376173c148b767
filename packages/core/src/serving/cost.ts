import type { Usage } from '../contracts/serving.js'
import type { Price, TierPrices, TokenPrices } from '../contracts/serving-settings.js'
import { pricesInTier } from './tier-prices.js'
import { partsOf } from './usage-parts.js'

const million = 1_000_000

/**
 * What most providers charge for a token that is written to their prefix cache, as a multiple of the price of input.
 */
const usualCacheWrite = 1.25

/**
 * The cost of a call, in dollars. Some parts of the prompt and of the answer have their own price. Undefined if it is
 * unknown: the price, the price of the tier, or the usage of a call that is charged by its tokens.
 *
 * @param tier The service tier, as {@link pricesInTier} takes it.
 */
export function costOf(usage: Usage | undefined, price: Price | undefined, tier?: string): number | undefined {
  const tierPrices = price && pricesInTier(price, tier)
  if (price === undefined || tierPrices === undefined) return undefined
  const { request = 0 } = price
  if (usage === undefined) return isFree(tierPrices) ? request : undefined
  const { inputTokens, outputTokens, reasoningTokens = 0 } = usage
  const prices = pricesForLength(tierPrices, inputTokens)
  const { input, output = 0, cachedInput = input, cacheWriteInput = usualCacheWrite * input } = prices
  const { longCacheWriteInput = cacheWriteInput, imageInput = input, audioInput = input, reasoning = output } = prices
  const { cacheWriteInputTokens: written = 0, longCacheWriteInputTokens: long = 0 } = usage
  const prompt = charge(inputTokens, input, [
    [usage.cachedInputTokens, cachedInput],
    [Math.min(long, written), longCacheWriteInput],
    [Math.max(0, written - long), cacheWriteInput],
    [usage.audioInputTokens, audioInput],
    [usage.imageInputTokens, imageInput],
  ])
  const answer = charge(Math.max(outputTokens, reasoningTokens), output, [[reasoningTokens, reasoning]])
  return (prompt + answer) / million + request
}

/** The cost of a call that the standard tier or the given one answers, whichever costs more. */
export function costAtMost(usage: Usage | undefined, price: Price | undefined, tier?: string): number | undefined {
  const [usual, inTier] = [costOf(usage, price), costOf(usage, price, tier)]
  return usual === undefined || inTier === undefined ? undefined : Math.max(usual, inTier)
}

const isFree = ({ input, output = 0 }: TierPrices): boolean => input === 0 && output === 0

/** Providers charge more for all tokens of a request whose prompt is long. */
function pricesForLength({ longPrompts = [], ...usual }: TierPrices, inputTokens: number): TokenPrices {
  const reached = longPrompts.filter(({ above }) => inputTokens > above)
  return reached.reduce<TokenPrices & { readonly above?: number }>(
    (most, step) => (step.above > (most.above ?? -1) ? step : most),
    usual,
  )
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

import type { Price, TierPrices, TokenPrices } from '../contracts/serving-settings.js'

/** The words of providers for their usual service. */
const standard: ReadonlySet<string> = new Set(['standard', 'default', 'auto', 'on_demand', 'standard_only'])

/** What a service tier usually costs, as a multiple of the price, where the tiers of a price are not known. */
const usualFactors: ReadonlyMap<string, number> = new Map([
  ['flex', 0.5],
  ['priority', 2],
])

/**
 * What tokens cost in a service tier. Undefined if it is unknown.
 *
 * @param tier The tier in the words of the provider. None is the usual service.
 */
export function pricesInTier(price: Price, tier: string | undefined): TierPrices | undefined {
  if (!isSpecial(tier)) return price
  const { tiers } = price
  if (tiers !== undefined) return Object.hasOwn(tiers, tier) ? tiers[tier] : undefined
  const factor = usualFactors.get(tier)
  return factor === undefined ? undefined : scaled(price, factor)
}

/**
 * A sentence about a tier whose price is not known, or that the reply does not state. Undefined if the price is known,
 * or if there is none at all.
 *
 * @param asked The tier that was requested.
 */
export function tierWarning(price: Price | undefined, tier: string | undefined, asked?: string): string | undefined {
  if (price === undefined) return undefined
  if (tier === undefined && isSpecial(asked))
    return (
      priceWarning(price, asked) ??
      `The replies do not state their service tier. The higher of the prices of the tiers "${asked}" and "standard" is counted.`
    )
  return isSpecial(tier) ? priceWarning(price, tier) : undefined
}

function priceWarning({ tiers }: Price, tier: string): string | undefined {
  if (tiers !== undefined && Object.hasOwn(tiers, tier)) return undefined
  const factor = tiers === undefined ? usualFactors.get(tier) : undefined
  const advice = `Set it in the config: price.tiers[${JSON.stringify(tier)}].`
  return factor === undefined
    ? `The price of the service tier "${tier}" is not known, and so the cost is not known. ${advice}`
    : `The price of the service tier "${tier}" is not known. What it usually costs is counted: ${factor} times the price. ${advice}`
}

const isSpecial = (tier: string | undefined): tier is string => tier !== undefined && !standard.has(tier)

function scaled({ longPrompts = [], ...price }: TierPrices, factor: number): TierPrices {
  const steps = longPrompts.map(({ above, ...prices }) => ({ ...multiplied(prices, factor), above }))
  return { ...multiplied(price, factor), ...(steps.length === 0 ? {} : { longPrompts: steps }) }
}

const tokens = [
  'output',
  'cachedInput',
  'cacheWriteInput',
  'longCacheWriteInput',
  'imageInput',
  'audioInput',
  'reasoning',
] as const satisfies readonly (keyof TokenPrices)[]

function multiplied(prices: TokenPrices, factor: number): TokenPrices {
  const known = tokens.flatMap((name) => {
    const price = prices[name]
    return price === undefined ? [] : [[name, price * factor] as const]
  })
  return { input: prices.input * factor, ...Object.fromEntries(known) }
}

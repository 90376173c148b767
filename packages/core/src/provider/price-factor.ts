/** What an answer in a service tier costs, as a multiple of the price of the standard tier. */
const usual: Readonly<Record<string, number>> = { flex: 0.5, priority: 2 }

/**
 * What an answer costs as a multiple of the price. Empty for the standard tier and for one that is not known.
 *
 * @param tier The service tier that the provider's reply states.
 * @param known The multiples of a model whose prices are known, by tier.
 */
export function priceFactorOf(
  tier: unknown,
  known: Readonly<Record<string, number>> = {},
): { readonly priceFactor?: number } {
  const factors = { ...usual, ...known }
  const priceFactor = typeof tier === 'string' && Object.hasOwn(factors, tier) ? factors[tier] : undefined
  return priceFactor === undefined ? {} : { priceFactor }
}

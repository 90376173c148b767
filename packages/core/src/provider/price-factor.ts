/** What an answer in a service tier costs, as a multiple of the price of the standard tier. */
const factors: ReadonlyMap<unknown, number> = new Map([
  ['flex', 0.5],
  ['priority', 2],
])

/**
 * What an answer costs as a multiple of the price. Empty for the standard tier and for one that is not known.
 *
 * @param tier The service tier that the provider's reply states.
 */
export function priceFactorOf(tier: unknown): { readonly priceFactor?: number } {
  const priceFactor = factors.get(tier)
  return priceFactor === undefined ? {} : { priceFactor }
}

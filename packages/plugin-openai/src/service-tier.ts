import { MaestroError } from '@maestro-dataflow/core'

/** What an answer of a tier costs, as a multiple of the price of the standard tier. */
const factors: ReadonlyMap<unknown, number> = new Map([
  ['flex', 0.5],
  ['priority', 2],
])

/** What an answer costs as a multiple of the price. @param tier The tier that the reply states. */
export function priceFactorOf(tier: unknown): { readonly priceFactor?: number } {
  const priceFactor = factors.get(tier)
  return priceFactor === undefined ? {} : { priceFactor }
}

/** Whether a request in the tier `flex` should be sent again in the standard tier: no room, or no answer in time. */
export function isFlexUnavailable(error: unknown): boolean {
  if (MaestroError.is(error, 'MAESTRO_SERVING_TIMEOUT')) return true
  if (!MaestroError.is(error, 'MAESTRO_SERVING_RATE_LIMITED') && !MaestroError.is(error, 'MAESTRO_SERVING_OVERLOADED'))
    return false
  const { code } = (error.cause ?? {}) as { readonly code?: unknown }
  return code === 'resource_unavailable' || /resource.?unavailable/i.test(error.message)
}

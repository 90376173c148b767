import type { RateLimit } from '../../contracts/serving-settings.js'

/** Below this remaining share, the calls keep to the rate of the limit. */
const scarce = 0.1

/**
 * Computes the rate from a provider's report: the whole allowance, the remaining part, and the time until all of it is
 * available again. The missing part returns at (limit - remaining) / reset. While much is left, calls are not slowed.
 * If the provider does not report the whole allowance, calls wait for the reset once nothing is left.
 *
 * @returns units per millisecond, infinite for no limit, and the initial wait in milliseconds
 */
export function reportedRate({ limit, remaining, resetMs }: RateLimit): {
  readonly perMs: number
  readonly holdMs: number
} {
  const free = { perMs: Number.POSITIVE_INFINITY, holdMs: 0 }
  if (remaining === undefined || resetMs === undefined || resetMs <= 0) return free
  if (limit === undefined || limit <= remaining) return remaining > 0 ? free : { ...free, holdMs: resetMs }
  if (remaining > limit * scarce) return free
  const perMs = (limit - remaining) / resetMs
  return { perMs, holdMs: remaining > 0 ? 0 : 1 / perMs }
}

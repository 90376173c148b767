import type { RateLimit } from '../../contracts/serving-settings.js'

/** Below this share of a limit its rate is kept to. */
const scarce = 0.1

/**
 * The rate that a provider's words come to. It says how much there is in all, what is left, and when all of it is there
 * again; what is missing comes back at (limit - remaining) / reset. While much is left it may be used as fast as one
 * likes. Of a provider that does not say how much there is in all, the reset is awaited when nothing is left.
 *
 * @returns units per millisecond, infinite for no bound, and milliseconds to wait at first
 */
export function toldRate({ limit, remaining, resetMs }: RateLimit): {
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

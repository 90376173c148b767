import type { ServingLimits } from '../../contracts/serving-settings.js'

/** The lowest of the limits that are set. */
export function leastLimits(limits: Iterable<ServingLimits>): ServingLimits {
  const least: { -readonly [Name in keyof ServingLimits]: number } = {}
  for (const set of limits)
    for (const name of ['concurrency', 'requestsPerMinute', 'tokensPerMinute'] as const)
      if (set[name] !== undefined) least[name] = Math.min(set[name], least[name] ?? Number.POSITIVE_INFINITY)
  return least
}

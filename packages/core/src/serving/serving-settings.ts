import { millisecondsOf } from '../contracts/duration.js'
import type { ServingBase } from '../contracts/serving.js'
import type { Price, ServingLimits, ServingSettings, Timeouts } from '../contracts/serving-settings.js'

/** The time-outs in milliseconds. */
export type Milliseconds = { readonly [Name in keyof Timeouts]: number }

/** The settings of a serving with all defaults filled in. */
export interface ResolvedSettings {
  readonly limits: ServingLimits
  readonly timeouts: Milliseconds & { readonly attempt: number; readonly total: number; readonly outage: number }
  readonly retries: number
  readonly repairs: number
  readonly cache: boolean
  readonly warmPrefix: boolean
  readonly price: Price | undefined
  readonly fallback: string | undefined
}

const defaults = { attempt: 600_000, total: 1_800_000, outage: 120_000, retries: 6, repairs: 1 }

/** Fills in missing settings from the provider's description of itself. */
export function resolveSettings(serving: ServingBase, settings: ServingSettings): ResolvedSettings {
  const { limits = {}, timeout = {}, retries = defaults.retries, repairs = defaults.repairs, cache = true } = settings
  const given = inMilliseconds(typeof timeout === 'object' ? timeout : { attempt: timeout })
  const attempt = given.attempt ?? defaults.attempt
  const total = given.total ?? Math.max(defaults.total, 2 * attempt)
  const outage = given.outage ?? Math.min(defaults.outage, total)
  const price = settings.price ?? serving.price
  const concurrency = least(limits.concurrency, serving.concurrency)
  return {
    limits: concurrency === undefined ? limits : { ...limits, concurrency },
    timeouts: { ...given, attempt, total, outage },
    retries,
    repairs,
    cache,
    warmPrefix: settings.warmPrefix ?? (price?.cachedInput !== undefined && price.cachedInput < price.input),
    price,
    fallback: settings.fallback,
  }
}

function inMilliseconds(timeouts: Timeouts): Milliseconds {
  const given = Object.entries(timeouts).filter(([, timeout]) => timeout !== undefined)
  return Object.fromEntries(given.map(([name, timeout]) => [name, millisecondsOf(timeout)]))
}

function least(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.min(one, other)
}

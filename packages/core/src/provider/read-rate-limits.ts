import type { RateLimit, RateLimits } from '../contracts/serving-settings.js'
import { readDuration, readNumber } from './read-duration.js'

/** Headers in the forms of fetch and of the providers' clients. */
type HeaderReader = { get(name: string): string | null | undefined }

/**
 * Reads a provider's limits from the headers of an answer: `Retry-After` in seconds or as a date, `retry-after-ms`, Azure's
 * `x-ms-retry-after-ms`, and the `x-ratelimit-*` family (`20`, `1s`, `6m0s`, `250ms`, a date).
 *
 * @param now Milliseconds since 1970, for dates.
 */
export function readRateLimits(headers: HeaderReader, now: number = Date.now()): RateLimits | undefined {
  const retryAfterMs =
    readNumber(headers.get('retry-after-ms')) ??
    readNumber(headers.get('x-ms-retry-after-ms')) ??
    readRetryAfter(headers.get('retry-after'), now)
  const requests = readLimit(headers, 'requests', now)
  const tokens = readLimit(headers, 'tokens', now)
  if (retryAfterMs === undefined && requests === undefined && tokens === undefined) return undefined
  return {
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(requests === undefined ? {} : { requests }),
    ...(tokens === undefined ? {} : { tokens }),
  }
}

/** A header that appears twice is joined by a comma; a date contains a comma itself. */
const readRetryAfter = (text: string | null | undefined, now: number): number | undefined =>
  readDuration(text?.trim().replace(/^(\d+(\.\d+)?)\s*,.*$/, '$1'), now)

/** The names of the headers for one unit, as OpenAI and compatible providers call them and as Anthropic does. */
const names = (unit: string) => {
  const both = (what: string) => [`x-ratelimit-${what}-${unit}`, `anthropic-ratelimit-${unit}-${what}`] as const
  return { limit: both('limit'), remaining: both('remaining'), reset: both('reset') }
}
const units = { requests: names('requests'), tokens: names('tokens') }

function readLimit(headers: HeaderReader, unit: keyof typeof units, now: number): RateLimit | undefined {
  const read = ([one, other]: readonly [string, string]) => headers.get(one) ?? headers.get(other)
  const limit = readNumber(read(units[unit].limit))
  const remaining = readNumber(read(units[unit].remaining))
  const resetMs = readDuration(read(units[unit].reset), now)
  if (limit === undefined && remaining === undefined && resetMs === undefined) return undefined
  return {
    ...(limit === undefined ? {} : { limit }),
    ...(remaining === undefined ? {} : { remaining }),
    ...(resetMs === undefined ? {} : { resetMs }),
  }
}

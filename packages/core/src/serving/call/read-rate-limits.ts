import type { RateLimit, RateLimits } from '../../contracts/serving-settings.js'

/** Headers as fetch and the clients of providers give them. */
type HeaderReader = { get(name: string): string | null | undefined }

/**
 * What a provider says of its limits in the headers of an answer: `Retry-After` in seconds or as a date,
 * `retry-after-ms`, and the `x-ratelimit-*` family (`20`, `1s`, `6m0s`, `250ms`).
 *
 * @param now Milliseconds since 1970, for dates.
 */
export function readRateLimits(headers: HeaderReader, now: number = Date.now()): RateLimits | undefined {
  const retryAfterMs = readNumber(headers.get('retry-after-ms')) ?? readRetryAfter(headers.get('retry-after'), now)
  const requests = readLimit(headers, 'requests', now)
  const tokens = readLimit(headers, 'tokens', now)
  if (retryAfterMs === undefined && requests === undefined && tokens === undefined) return undefined
  return {
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(requests === undefined ? {} : { requests }),
    ...(tokens === undefined ? {} : { tokens }),
  }
}

function readNumber(text: string | null | undefined): number | undefined {
  const value = Number(text?.trim() || Number.NaN)
  return Number.isFinite(value) && value >= 0 ? value : undefined
}

function readRetryAfter(text: string | null | undefined, now: number): number | undefined {
  // The same header given twice is joined by a comma; a date has one of its own.
  const first = text?.trim().replace(/^(\d+(\.\d+)?)\s*,.*$/, '$1')
  if (first === undefined || first === '') return undefined
  const seconds = readNumber(first)
  if (seconds !== undefined) return seconds * 1000
  return untilDate(first, now)
}

/** What has no time of day is no date, though it can be read as one. */
function untilDate(text: string, now: number): number | undefined {
  const date = /\d:\d\d/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}

/** The names of the headers for one unit, of OpenAI and those that follow it, and of Anthropic. */
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

const unitMilliseconds: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `1s`, `6m0s`, `250ms`; a bare number is seconds; else a date. */
function readDuration(text: string | null | undefined, now: number): number | undefined {
  const given = text?.trim() ?? ''
  if (given === '') return undefined
  const seconds = readNumber(given)
  if (seconds !== undefined) return seconds * 1000
  if (/^(\d+(\.\d+)?(ms|[smhd]))+$/.test(given)) {
    const pieces = given.matchAll(/(\d+(?:\.\d+)?)(ms|[smhd])/g)
    return [...pieces].reduce((sum, [, value, unit]) => sum + Number(value) * (unitMilliseconds[unit ?? ''] ?? 0), 0)
  }
  return untilDate(given, now)
}

import type { RateLimit, RateLimits } from '../contracts/serving-settings.js'
import { readDuration, readNumber } from './read-duration.js'
import { readLimitFields } from './read-limit-fields.js'

/** Headers in the forms of fetch and of the providers' clients. */
type HeaderReader = { get(name: string): string | null | undefined; keys?(): Iterable<string> }

/**
 * Reads a provider's limits from the headers of an answer: `Retry-After` in seconds or as a date, `retry-after-ms`, Azure's
 * `x-ms-retry-after-ms`, the `x-ratelimit-*` family with the names of all known providers (`20`, `1s`, `6m0s`, `PT5S`, a
 * date), and the fields `RateLimit` and `RateLimit-Policy` of the IETF.
 *
 * @param now Milliseconds since 1970, for dates.
 */
export function readRateLimits(given: HeaderReader, now: number = Date.now()): RateLimits | undefined {
  const headers = limitsAmong(given)
  if (headers === undefined) return undefined
  const retryAfterMs =
    readNumber(headers.get('retry-after-ms')) ??
    readNumber(headers.get('x-ms-retry-after-ms')) ??
    readRetryAfter(headers.get('retry-after'), now)
  const fields = readLimitFields(headers.get('ratelimit'), headers.get('ratelimit-policy'))
  const requests = tightest([...readLimits(headers, 'requests', now), ...fields.requests])
  const tokens = tightest([...readLimits(headers, 'tokens', now), ...fields.tokens])
  if (retryAfterMs === undefined && requests === undefined && tokens === undefined) return undefined
  return {
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(requests === undefined ? {} : { requests }),
    ...(tokens === undefined ? {} : { tokens }),
  }
}

/**
 * The headers that may state limits. The names of all providers are many, and each look-up in the headers of fetch costs
 * time, so that most replies would cost more here than on their way. Undefined if there are none.
 */
function limitsAmong(given: HeaderReader): HeaderReader | undefined {
  if (given.keys === undefined) return given
  const found = new Map<string, string | null | undefined>()
  for (const name of given.keys()) if (/limit|retry/i.test(name)) found.set(name.toLowerCase(), given.get(name))
  return found.size === 0 ? undefined : found
}

/** A header that appears twice is joined by a comma; a date contains a comma itself. */
const readRetryAfter = (text: string | null | undefined, now: number): number | undefined =>
  readDuration(text?.trim().replace(/^(\d+(\.\d+)?)\s*,.*$/, '$1'), now)

/** The names of the headers of one limit. */
interface Naming {
  readonly limit: readonly string[]
  readonly remaining: readonly string[]
  readonly reset: readonly string[]
  /** The length of its window, which is the longest time until the limit is whole again. */
  readonly windowMs?: number
}

const windows = [
  ['second', 1000],
  ['minute', 60_000],
] as const
/** Limits of longer windows count only if the provider says when they are whole again. */
const longWindows = ['hour', 'day'] as const

/** @param names `*` stands for `limit`, `remaining`, or `reset`. */
const named = (...names: readonly string[]): Naming => {
  const of = (what: string) => names.map((name) => name.replace('*', what))
  return { limit: of('limit'), remaining: of('remaining'), reset: of('reset') }
}

const inWindows = (name: (window: string) => readonly string[]): readonly Naming[] => [
  ...windows.map(([window, windowMs]) => ({ ...named(...name(window)), windowMs })),
  ...longWindows.map((window) => named(...name(window))),
]

const namings: Readonly<Record<'requests' | 'tokens', readonly Naming[]>> = {
  requests: [
    // OpenAI and most others, and Anthropic.
    named('x-ratelimit-*-requests', 'anthropic-ratelimit-requests-*'),
    // Mistral and Cerebras; gateways such as Kong.
    ...inWindows((window) => [`x-ratelimit-*-req-${window}`, `x-ratelimit-*-requests-${window}`]),
    ...inWindows((window) => [`x-ratelimit-*-${window}`]),
    // Without a unit, as at GitHub and OpenRouter, and as in the drafts of the IETF.
    named('x-ratelimit-*', 'x-rate-limit-*', 'ratelimit-*', 'x-ratelimit-*-request', 'rate-limit-*'),
  ],
  tokens: [
    named('x-ratelimit-*-tokens', 'anthropic-ratelimit-tokens-*'),
    named('anthropic-ratelimit-input-tokens-*'),
    named('anthropic-ratelimit-output-tokens-*'),
    ...inWindows((window) => [`x-ratelimit-*-tokens-${window}`, `x-ratelimitbysize-*-${window}`]),
    named('ratelimitbysize-*', 'x-ratelimitbysize-*', 'x-tokenlimit-*', 'x-ratelimit-*-token'),
  ],
}

function readLimits(headers: HeaderReader, unit: keyof typeof namings, now: number): readonly RateLimit[] {
  return namings[unit].flatMap((naming) => {
    const read = (what: 'limit' | 'remaining' | 'reset') => {
      for (const name of naming[what]) {
        const value = headers.get(name)
        if (value != null && value !== '') return value
      }
      return undefined
    }
    const limit = readCount(read('limit'))
    const remaining = readCount(read('remaining'))
    // Without a time, the window is the longest that it may take.
    const resetMs = readReset(read('reset'), now) ?? (remaining === undefined ? undefined : naming.windowMs)
    if (limit === undefined && remaining === undefined && resetMs === undefined) return []
    return [
      {
        ...(limit === undefined ? {} : { limit }),
        ...(remaining === undefined ? {} : { remaining }),
        ...(resetMs === undefined ? {} : { resetMs }),
      },
    ]
  })
}

/** The first of several values, without parameters: `100, 100;w=60`. */
const first = (text: string | null | undefined): string | undefined => text?.replace(/(?:,\s|;).*$/s, '')

const readCount = (text: string | null | undefined): number | undefined => readNumber(first(text))

/** A date contains a comma itself. */
const readReset = (text: string | null | undefined, now: number): number | undefined =>
  readDuration(text, now) ?? readDuration(first(text), now)

/** The limit of which the smallest share is left. Limits without a remaining number come last. */
function tightest(limits: readonly RateLimit[]): RateLimit | undefined {
  let [found] = limits
  for (const limit of limits) if (found !== undefined && shareLeft(limit) < shareLeft(found)) found = limit
  return found
}

function shareLeft({ limit, remaining, resetMs }: RateLimit): number {
  if (remaining === undefined || resetMs === undefined) return Number.POSITIVE_INFINITY
  return remaining === 0 ? 0 : remaining / (limit ?? Number.POSITIVE_INFINITY)
}

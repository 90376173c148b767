import type { RateLimit, RateLimits } from '../contracts/serving-settings.js'
import { readDuration, readNumber } from './read-duration.js'
import { readLimitFields } from './read-limit-fields.js'

/** Headers in the forms of fetch and of the providers' clients. */
type HeaderReader = { get(name: string): string | null | undefined }

/**
 * Reads a provider's limits from the headers of an answer: `Retry-After` in seconds or as a date, `retry-after-ms`, Azure's
 * `x-ms-retry-after-ms`, the `x-ratelimit-*` family with the names of all known providers (`20`, `1s`, `6m0s`, `PT5S`, a
 * date), and the fields `RateLimit` and `RateLimit-Policy` of the IETF.
 *
 * @param now Milliseconds since 1970, for dates.
 */
export function readRateLimits(headers: HeaderReader, now: number = Date.now()): RateLimits | undefined {
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

/** A header that appears twice is joined by a comma; a date contains a comma itself. */
const readRetryAfter = (text: string | null | undefined, now: number): number | undefined =>
  readDuration(text?.trim().replace(/^(\d+(\.\d+)?)\s*,.*$/, '$1'), now)

/** The names of the headers of one limit; `*` stands for `limit`, `remaining`, or `reset`. */
interface Naming {
  readonly names: readonly string[]
  /** The length of its window, which is the longest time until the limit is whole again. */
  readonly windowMs?: number
}

const windows = [
  ['second', 1000],
  ['minute', 60_000],
] as const
/** Limits of longer windows count only if the provider says when they are whole again. */
const longWindows = ['hour', 'day'] as const

const inWindows = (name: (window: string) => readonly string[]): readonly Naming[] => [
  ...windows.map(([window, windowMs]) => ({ names: name(window), windowMs })),
  ...longWindows.map((window) => ({ names: name(window) })),
]

const namings: Readonly<Record<'requests' | 'tokens', readonly Naming[]>> = {
  requests: [
    // OpenAI and most others, and Anthropic.
    { names: ['x-ratelimit-*-requests', 'anthropic-ratelimit-requests-*'] },
    // Mistral and Cerebras; gateways such as Kong.
    ...inWindows((window) => [`x-ratelimit-*-req-${window}`, `x-ratelimit-*-requests-${window}`]),
    ...inWindows((window) => [`x-ratelimit-*-${window}`]),
    // Without a unit, as at GitHub and OpenRouter, and as in the drafts of the IETF.
    { names: ['x-ratelimit-*', 'x-rate-limit-*', 'ratelimit-*', 'x-ratelimit-*-request', 'rate-limit-*'] },
  ],
  tokens: [
    { names: ['x-ratelimit-*-tokens', 'anthropic-ratelimit-tokens-*'] },
    { names: ['anthropic-ratelimit-input-tokens-*'] },
    { names: ['anthropic-ratelimit-output-tokens-*'] },
    ...inWindows((window) => [`x-ratelimit-*-tokens-${window}`, `x-ratelimitbysize-*-${window}`]),
    { names: ['ratelimitbysize-*', 'x-ratelimitbysize-*', 'x-tokenlimit-*', 'x-ratelimit-*-token'] },
  ],
}

function readLimits(headers: HeaderReader, unit: keyof typeof namings, now: number): readonly RateLimit[] {
  return namings[unit].flatMap(({ names, windowMs }) => {
    const read = (what: string) =>
      names.map((name) => headers.get(name.replace('*', what))).find((value) => value != null && value !== '')
    const limit = readCount(read('limit'))
    const remaining = readCount(read('remaining'))
    // Without a time, the window is the longest that it may take.
    const resetMs = readReset(read('reset'), now) ?? (remaining === undefined ? undefined : windowMs)
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

export interface Told {
  retryAfterMs?: number
  requests?: { limit?: number; remaining?: number; resetMs?: number }
  tokens?: { limit?: number; remaining?: number; resetMs?: number }
}

export interface Outcome {
  status: 200 | 429 | 503 | 'connection'
  durationMs: number
  tokens: number
  told?: Told
}

/** A rule by which calls are refused. `opensAt` is for the omniscient client. */
export interface Rule {
  readonly status: 429 | 503 | 'connection'
  /** Undefined if the call may pass, or else the time until it may. */
  refuses(now: number, tokens: number, inside: number): number | undefined
  admit?(now: number, tokens: number): void
  readonly left?: ((now: number) => { limit: number; remaining: number; resetMs: number } | undefined) | undefined
  readonly unit?: 'requests' | 'tokens'
  /** The time cannot be known in advance. */
  readonly chance?: boolean
  readonly retryAfter?: (rightMs: number) => number | undefined
}

export type RetryAfter = (rightMs: number) => number | undefined
export const none: RetryAfter = () => undefined
/** Whole seconds, rounded up, as in the header. */
export const right: RetryAfter = (ms) => Math.max(1, Math.ceil(ms / 1000)) * 1000
export const tooSmall: RetryAfter = (ms) => Math.max(1, ms / 10)
export const tooLarge: RetryAfter = (ms) => Math.max(1, Math.ceil((ms * 5) / 1000)) * 1000
export const zero: RetryAfter = () => 0
export const always = (ms: number): RetryAfter => () => ms

export interface RateOptions {
  per: number
  ms: number
  unit?: 'requests' | 'tokens'
  burst?: number
  retryAfter?: RetryAfter
  headers?: boolean
  /** When the limit changes, and by which factor. */
  changes?: { at: number; per: number }
}

export function bucket({ per, ms, unit = 'requests', burst = per, retryAfter = none, headers, changes }: RateOptions): Rule {
  let saved = burst
  let at = 0
  let rate = per / ms
  const fill = (now: number) => {
    if (changes !== undefined && now >= changes.at) rate = changes.per / ms
    saved = Math.min(burst, saved + (now - at) * rate)
    at = now
  }
  return {
    status: 429,
    unit,
    retryAfter,
    refuses(now, tokens) {
      fill(now)
      const wants = unit === 'tokens' ? Math.min(burst, tokens) : 1
      return saved >= wants - 1e-6 ? undefined : (wants - saved) / rate
    },
    admit(_now, tokens) {
      saved -= unit === 'tokens' ? tokens : 1
    },
    left: headers
      ? (now) => {
          fill(now)
          return { limit: burst, remaining: Math.max(0, Math.floor(saved)), resetMs: Math.max(0, burst - saved) / rate }
        }
      : undefined,
  }
}

export function fixedWindow({ per, ms, unit = 'requests', retryAfter = none, headers, changes }: RateOptions, phase = 0): Rule {
  let window = -1
  let used = 0
  let most = per
  const turn = (now: number) => {
    if (changes !== undefined && now >= changes.at) most = changes.per
    const current = Math.floor((now + phase) / ms)
    if (current !== window) used = 0
    window = current
  }
  const left = (now: number) => (window + 1) * ms - phase - now
  return {
    status: 429,
    unit,
    retryAfter,
    refuses(now, tokens) {
      turn(now)
      const wants = unit === 'tokens' ? tokens : 1
      return used + wants <= most || used === 0 ? undefined : left(now)
    },
    admit(_now, tokens) {
      used += unit === 'tokens' ? tokens : 1
    },
    left: headers ? (now) => ({ limit: most, remaining: Math.max(0, most - used), resetMs: left(now) }) : undefined,
  }
}

export function slidingWindow({ per, ms, unit = 'requests', retryAfter = none, headers }: RateOptions): Rule {
  const log: { at: number; units: number }[] = []
  let used = 0
  let first = 0
  const turn = (now: number) => {
    while (first < log.length && log[first]!.at <= now - ms + 1e-6) used -= log[first++]!.units
  }
  return {
    status: 429,
    unit,
    retryAfter,
    refuses(now, tokens) {
      turn(now)
      const wants = unit === 'tokens' ? tokens : 1
      let freed = used + wants - per
      if (freed <= 0 || used === 0) return undefined
      let at = first
      while (freed > 0 && at < log.length) freed -= log[at++]!.units
      return log[at - 1]!.at + ms - now
    },
    admit(now, tokens) {
      const units = unit === 'tokens' ? tokens : 1
      log.push({ at: now, units })
      used += units
    },
    left: headers
      ? (now) => {
          turn(now)
          const resetMs = first < log.length ? log[log.length - 1]!.at + ms - now : 0
          return { limit: per, remaining: Math.max(0, per - used), resetMs }
        }
      : undefined,
  }
}

export function atOnce(most: number, retryAfter: RetryAfter = none, status: 429 | 503 = 429): Rule {
  return { status, retryAfter, refuses: (_now, _tokens, inside) => (inside < most ? undefined : Number.POSITIVE_INFINITY) }
}

export const randomly = (p: number, status: 429 | 503 | 'connection', retryAfter: RetryAfter, random: () => number): Rule => ({
  status,
  retryAfter,
  chance: true,
  refuses: () => (random() < p ? 1000 : undefined),
})

export function firstOnes(count: number, retryAfter: RetryAfter, status: 429 | 503 = 429): Rule {
  let seen = 0
  return { status, retryAfter, chance: true, refuses: () => (seen++ < count ? 1000 : undefined) }
}

export const outage = (from: number, ms: number, status: 503 | 'connection', retryAfter: RetryAfter = none): Rule => ({
  status,
  retryAfter,
  refuses: (now) => (now >= from && now < from + ms ? from + ms - now : undefined),
})

const unitMilliseconds: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Larger numbers are times since 1970, because no provider asks for a wait of thirty years. */
const seconds1970 = 1e9
const milliseconds1970 = 1e12

/** A non-negative number; a comma may stand between groups of three digits. */
export function readNumber(text: string | null | undefined): number | undefined {
  const given = text?.trim() ?? ''
  const value = Number((/^\d{1,3}(,\d{3})+$/.test(given) ? given.replaceAll(',', '') : given) || Number.NaN)
  return Number.isFinite(value) && value >= 0 ? value : undefined
}

/**
 * Reads a waiting time, in milliseconds, in any form that providers use: `20` or `20 seconds`, `1s`, `6m0s`, `250ms`, a date,
 * or a time since 1970 in seconds or milliseconds.
 *
 * @param now Milliseconds since 1970.
 */
export function readDuration(text: string | null | undefined, now: number): number | undefined {
  const given = text?.trim().replace(/(?<=\d)\s*(?:seconds?|secs?|s)$/i, 's') ?? ''
  const number = readNumber(given)
  if (number !== undefined) return fromNumber(number, now)
  if (/^(\d+(\.\d+)?(ms|[smhd]))+$/.test(given)) {
    const pieces = given.matchAll(/(\d+(?:\.\d+)?)(ms|[smhd])/g)
    return [...pieces].reduce((sum, [, value, unit]) => sum + Number(value) * (unitMilliseconds[unit ?? ''] ?? 0), 0)
  }
  // A text without a time of day is not a date, although `Date` accepts it.
  const date = /\d:\d\d/.test(given) ? Date.parse(given) : Number.NaN
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}

function fromNumber(value: number, now: number): number {
  if (value >= milliseconds1970) return Math.max(0, value - now)
  if (value >= seconds1970) return Math.max(0, value * 1000 - now)
  return value * 1000
}

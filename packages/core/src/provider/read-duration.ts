const unitMilliseconds: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}
const pieces = /(\d+(?:\.\d+)?)\s*(ns|us|µs|μs|ms|[smhdw])\s*/g
const onlyPieces = new RegExp(`^(?:${pieces.source})+$`)
/** ISO 8601, such as `PT1M30S`. */
const isoDuration = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:[.,]\d+)?)S)?)?$/i
const isoUnits = ['w', 'd', 'h', 'm', 's']
/** Units that are written out. */
const words: readonly (readonly [RegExp, string])[] = [
  [/(?<=\d)\s*(?:milliseconds?|millis|msecs?)\b/gi, 'ms'],
  [/(?<=\d)\s*(?:seconds?|secs?)\b/gi, 's'],
  [/(?<=\d)\s*(?:minutes?|mins?)\b/gi, 'm'],
  [/(?<=\d)\s*(?:hours?|hrs?)\b/gi, 'h'],
  [/(?<=\d)\s*days?\b/gi, 'd'],
]

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
 * Reads a waiting time, in milliseconds, in any form that providers use: `20` or `20 seconds`, `1s`, `6m0s`, `250ms`,
 * `PT5S`, a date, or a time since 1970 in seconds or milliseconds.
 *
 * @param now Milliseconds since 1970.
 */
export function readDuration(text: string | null | undefined, now: number): number | undefined {
  const given = words.reduce((rest, [word, unit]) => rest.replace(word, unit), text?.trim() ?? '')
  const number = readNumber(given)
  if (number !== undefined) return fromNumber(number, now)
  const iso = isoDuration.exec(given)?.slice(1)
  if (iso?.some((value) => value !== undefined))
    return iso.reduce((sum, value, place) => sum + millisecondsOf(value?.replace(',', '.'), isoUnits[place]), 0)
  const isInUnits = onlyPieces.test(given.toLowerCase())
  if (isInUnits)
    return [...given.toLowerCase().matchAll(pieces)].reduce(
      (sum, [, value, unit]) => sum + millisecondsOf(value, unit),
      0,
    )
  // A text without a time of day is not a date, although `Date` accepts it.
  const date = /\d:\d\d/.test(given) ? Date.parse(given) : Number.NaN
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}

const millisecondsOf = (value = '0', unit = ''): number => Number(value) * (unitMilliseconds[unit] ?? 0)

function fromNumber(value: number, now: number): number {
  if (value >= milliseconds1970) return Math.max(0, value - now)
  if (value >= seconds1970) return Math.max(0, value * 1000 - now)
  return value * 1000
}

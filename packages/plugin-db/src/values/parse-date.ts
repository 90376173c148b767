const isoDate =
  /^(\d{4}-\d{2}-(\d{2}))(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(?: ?(Z|[+-]\d{2}(?::?\d{2})?))?)?$/i

/** Parses a day or time of ISO 8601; a time without a zone is in UTC. Undefined if it is not valid. */
export function parseDate(text: string): Date | undefined {
  return parseUtc(text) ?? parseAny(text)
}

function parseAny(text: string): Date | undefined {
  const [, day, dayOfMonth, time = '00:00', zone = 'Z'] = isoDate.exec(text) ?? []
  if (day === undefined) return undefined
  const date = new Date(`${day}T${time}${/^[+-]\d{2}$/.test(zone) ? `${zone}:00` : zone}`)
  // A day that the month lacks would become a day of the next month.
  return new Date(`${day}T00:00Z`).getUTCDate() === Number(dayOfMonth) && !Number.isNaN(date.getTime())
    ? date
    : undefined
}

const zero = 48

/**
 * Parses the usual formats of databases, `2026-01-02` and `2026-01-02 03:04:05.678` with or without Z or +00, digit by
 * digit, because a table may have millions of them. Undefined for all others, including wrong ones.
 */
function parseUtc(text: string): Date | undefined {
  const { length } = text
  const day = startOfDay(text)
  if (day === undefined) return undefined
  if (length === 10) return new Date(day)
  if (length < 19 || (text[10] !== ' ' && text[10] !== 'T') || text[13] !== ':' || text[16] !== ':') return undefined
  const hour = digits(text, 11, 13)
  const minute = digits(text, 14, 16)
  const second = digits(text, 17, 19)
  if (!(hour < 24 && minute < 60 && second < 60)) return undefined
  let millisecond = 0
  let at = 19
  if (text[at] === '.') {
    let scale = 100
    for (at++; at < length; at++, scale /= 10) {
      const digit = text.charCodeAt(at) - zero
      if (digit < 0 || digit > 9) break
      // Digits beyond milliseconds are omitted.
      if (scale >= 1) millisecond += digit * scale
    }
  }
  if (at < length && text.slice(at) !== 'Z' && text.slice(at) !== '+00') return undefined
  return new Date(day + ((hour * 60 + minute) * 60 + second) * 1000 + millisecond)
}

/** The times of a table are often close to each other. */
let lastDay: string | undefined
let lastStart = Number.NaN

/** The start of the day with which a text begins. */
function startOfDay(text: string): number | undefined {
  if (lastDay !== undefined && text.startsWith(lastDay)) return lastStart
  const year = digits(text, 0, 4)
  const month = digits(text, 5, 7)
  const day = digits(text, 8, 10)
  if (text.length < 10 || text[4] !== '-' || text[7] !== '-' || !(year >= 100)) return undefined
  const start = Date.UTC(year, month - 1, day)
  const date = new Date(start)
  if (date.getUTCDate() !== day || date.getUTCMonth() !== month - 1) return undefined
  lastDay = text.slice(0, 10)
  lastStart = start
  return start
}

/** The number at a position of a text; NaN if a character is not a digit. */
function digits(text: string, start: number, end: number): number {
  let number = 0
  for (let at = start; at < end; at++) {
    const digit = text.charCodeAt(at) - zero
    if (!(digit >= 0 && digit <= 9)) return Number.NaN
    number = number * 10 + digit
  }
  return number
}

/** What the format of a cell says about its number. */
export type NumberFormat = 'number' | 'date' | 'time'

/** The formats that are known by number. */
const builtin = new Map<number, NumberFormat>([
  ...[14, 15, 16, 17, 22, 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58].map((id) => [id, 'date'] as const),
  ...[18, 19, 20, 21, 32, 33, 34, 35, 45, 46, 47, 55, 56].map((id) => [id, 'time'] as const),
])

/** What a number format means, by its number or its code, such as `yyyy-mm-dd`. */
export function numberFormatOf(id: number, code: string | undefined): NumberFormat {
  if (code === undefined) return builtin.get(id) ?? 'number'
  const [first = ''] = code
    .replace(/"[^"]*"|\\.|_.|\*./g, '')
    .replace(/\[(?![hms]+\])[^\]]*\]/gi, '')
    .split(';')
  if (/[yd年日]|e{1,4}(?![+-])/i.test(first.replace(/general/gi, ''))) return 'date'
  if (/[hs]/i.test(first)) return 'time'
  return /m/i.test(first) ? 'date' : 'number'
}

const dayMs = 86_400_000
/** Day 0 of each system of dates, in milliseconds since 1970. */
const epochs = { 1900: Date.UTC(1899, 11, 30), 1904: Date.UTC(1904, 0, 1) }

/**
 * The date of a serial number, to the millisecond. The system of 1900 counts a 29 February 1900, which never was.
 *
 * @returns undefined for a day that does not exist
 */
export function dateOfSerial(serial: number, system: 1900 | 1904): Date | undefined {
  if (!Number.isFinite(serial) || serial < 0) return undefined
  if (system === 1900 && Math.floor(serial) === 60) return undefined
  const days = system === 1900 && serial < 60 ? serial + 1 : serial
  const date = new Date(epochs[system] + Math.round(days * dayMs))
  return date.getUTCFullYear() > 9999 ? undefined : date
}

/** The serial number of a date in the system of 1900; undefined for a date before 1 March 1900 or after 9999. */
export function serialOf(date: Date): number | undefined {
  const serial = (date.getTime() - epochs[1900]) / dayMs
  return serial < 61 || date.getUTCFullYear() > 9999 ? undefined : serial
}

/** A time of day, or a duration, as text. */
export function timeOfSerial(serial: number): string {
  const milliseconds = Math.round(Math.abs(serial) * dayMs)
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0')
  const clock = [milliseconds / 3_600_000, (milliseconds / 60_000) % 60, (milliseconds / 1000) % 60].map(two).join(':')
  const fraction = milliseconds % 1000
  return `${serial < 0 ? '-' : ''}${clock}${fraction === 0 ? '' : `.${String(fraction).padStart(3, '0')}`}`
}

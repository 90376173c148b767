import { parseDate } from './parse-date.js'
import { Unfit } from './unfit.js'

/** The years 1 to 9999. */
const firstTime = Date.parse('0001-01-01T00:00:00Z')
const lastTime = Date.parse('9999-12-31T23:59:59.999Z')

/** Converts a value, also ISO text, to a point in time. @throws Unfit */
export function toDate(value: unknown): Date {
  const date = typeof value === 'string' ? parseDate(value) : value
  if (!(date instanceof Date) || Number.isNaN(date.getTime())) throw new Unfit(value, 'is not a date')
  const time = date.getTime()
  if (time < firstTime || time > lastTime) throw new Unfit(value, 'is a date beyond the years 1 to 9999')
  return date
}

const dayLength = 86_400_000
let lastDay = Number.NaN
let lastDayText = ''

/** The format of `toISOString`. A table may have millions of times, most of them close to each other. */
function isoText(date: Date): string {
  const time = date.getTime()
  const day = Math.floor(time / dayLength)
  if (day !== lastDay) {
    lastDay = day
    lastDayText = date.toISOString().slice(0, 11)
  }
  const rest = time - day * dayLength
  const second = Math.floor(rest / 1000)
  const minute = Math.floor(second / 60)
  return `${lastDayText}${two(Math.floor(minute / 60))}:${two(minute % 60)}:${two(second % 60)}.${String(rest % 1000).padStart(3, '0')}Z`
}

const two = (number: number): string => (number < 10 ? `0${number}` : `${number}`)

/** A point in time as ISO text in UTC, including the digits of a text beyond milliseconds. @throws Unfit */
export function timeText(value: unknown): string {
  const text = isoText(toDate(value))
  return typeof value === 'string' ? `${text.slice(0, -1)}${furtherDigits(value)}Z` : text
}

/** The digits beyond milliseconds in the text of a time, which a date omits. */
export function furtherDigits(text: string): string {
  return (/\.\d{3}(\d+)/.exec(text)?.[1] ?? '').replace(/0+$/, '')
}

/** A day as `2026-01-02`. @throws Unfit for a value with a time of day */
export function toDay(value: unknown): string {
  const text = toDate(value).toISOString()
  if (!text.endsWith('T00:00:00.000Z') || (typeof value === 'string' && furtherDigits(value) !== ''))
    throw new Unfit(value, 'has a time of day, but the column holds days')
  return text.slice(0, 10)
}

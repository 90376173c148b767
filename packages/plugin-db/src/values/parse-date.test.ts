import { expect, test } from 'vitest'
import { parseDate } from './parse-date.js'

test.each([
  ['2026-01-02', '2026-01-02T00:00:00.000Z'],
  ['2026-01-02 03:04:05', '2026-01-02T03:04:05.000Z'],
  ['2026-01-02T03:04:05.6789Z', '2026-01-02T03:04:05.678Z'],
  ['2026-01-02 03:04:05.6+00', '2026-01-02T03:04:05.600Z'],
  ['2026-01-02 03:04:05+05:30', '2026-01-01T21:34:05.000Z'],
  ['2026-01-02 03:04', '2026-01-02T03:04:00.000Z'],
  ['2024-02-29 00:00:00', '2024-02-29T00:00:00.000Z'],
  ['0099-01-01', '0099-01-01T00:00:00.000Z'],
  ['9999-12-31 23:59:59.999', '9999-12-31T23:59:59.999Z'],
])('%s is a time', (text, iso) => {
  expect(parseDate(text)?.toISOString()).toBe(iso)
})

test.each([
  ...['', 'x', 'nonetheless', 'nonetheles', 'undefined ', '2026-01-0', '2026-01-021', '2026-13-01', '2026-02-30'],
  ...['2023-02-29 00:00:00', '0000-00-00 00:00:00', '2026-01-02+01', '2026-01-02 23:59:60', '2026-01-02 3:04:05'],
])('"%s" is none, also after a day that was read', (text) => {
  expect(parseDate(text)).toBeUndefined()
  expect(parseDate('2026-01-02 03:04:05')).toBeInstanceOf(Date)
  expect(parseDate(text)).toBeUndefined()
})

test('each day is its own, in any order', () => {
  const days = ['2026-03-01', '2026-02-28', '2026-03-01', '2025-12-31']
  const read = days.map((day) => parseDate(`${day} 12:00:00`)?.toISOString().slice(0, 10))
  expect(read).toEqual(days)
})

import { expect, test } from 'vitest'
import { rowBound, rowsWithin } from './row-bound.js'

test('a bound is a number, or a multiple that allows a million rows', () => {
  expect(rowsWithin(5, 1000)).toBe(5)
  expect(rowsWithin('10x', 1000)).toBe(1_000_000)
  expect(rowsWithin('3x', 500_000)).toBe(1_500_000)
})

test.each([0, 1.5, -1, '0x', '1.5x', '10', 'x', '-2x'])('%j is no bound', (bound) => {
  expect(rowBound.safeParse(bound).success).toBe(false)
})

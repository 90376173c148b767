import { expect, test } from 'vitest'
import { toDecimal, toNumber } from './convert-number.js'
import { toColumnType } from './to-column-type.js'
import { Unfit } from './unfit.js'

test.each<[unknown, unknown]>([
  ['12.50', 12.5],
  ['9007199254740992', 9007199254740992],
  [9007199254740994n, 9007199254740994],
  ['1e3', 1000],
  ['NaN', Number.NaN],
  ['-Infinity', Number.NEGATIVE_INFINITY],
])('%s as a number', (value, expected) => {
  expect(toColumnType(value, 'number')).toBe(expected)
})

test.each([9007199254740993n, '9007199254740993', '-9007199254740993', '1e400', '0x10', ''])(
  '%s is no number: no digit is lost without a word',
  (value) => {
    expect(() => toColumnType(value, 'number')).toThrow(Unfit)
    expect(() => toColumnType(value, 'integer')).toThrow(Unfit)
  },
)

test('whole numbers keep the digits that JavaScript writes as zeros', () => {
  for (const toText of [toDecimal, (value: unknown) => toColumnType(value, 'decimal')]) {
    expect(toText(2 ** 60)).toBe('1152921504606846976')
    expect(toText(-(2 ** 69))).toBe(String(-(2n ** 69n)))
    expect([toText(1e21), toText(0.1), toText(-0)].map(Number)).toEqual([1e21, 0.1, 0])
  }
  expect(toNumber('1152921504606846976')).toBe(2 ** 60)
  expect(toNumber('1.152921504606847e18')).toBe(2 ** 60)
  expect(() => toNumber('1152921504606847000')).toThrow(/more digits than a number can hold/)
})

test.each(['1e400', '-1E+999'])('%s is too large for a column of numbers', (value) => {
  expect(() => toNumber(value)).toThrow(/is too large for a number/)
})

import { expect, test } from 'vitest'
import { toNumber } from './convert-number.js'
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

test.each(['1e400', '-1E+999'])('%s is too large for a column of numbers', (value) => {
  expect(() => toNumber(value)).toThrow(/is too large for a number/)
})

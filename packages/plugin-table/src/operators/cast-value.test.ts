import { expect, test } from 'vitest'
import { type CastType, castValue, noValue } from './cast-value.js'

test.each<[unknown, CastType, unknown]>([
  ['00123', 'string', '00123'],
  ['00123', 'number', 123],
  ['1e5', 'number', 1e5],
  ['NA', 'number', noValue],
  ['1,5', 'number', noValue],
  ['0x10', 'number', noValue],
  [' 2.5 ', 'number', 2.5],
  ['', 'number', null],
  ['', 'string', ''],
  [null, 'number', null],
  ['2.0', 'integer', 2],
  ['2.5', 'integer', noValue],
  ['9007199254740993', 'integer', noValue],
  ['9007199254740993', 'bigint', 9007199254740993n],
  ['2.5', 'bigint', noValue],
  ['Yes', 'boolean', true],
  ['0', 'boolean', false],
  ['maybe', 'boolean', noValue],
  ['2026-02-30', 'date', noValue],
  ['2026-01-02', 'date', new Date('2026-01-02T00:00:00Z')],
  ['2026-01-02 03:04', 'date', new Date('2026-01-02T03:04:00Z')],
  ['2026-01-02T03:04:05+02:00', 'date', new Date('2026-01-02T01:04:05Z')],
  ['01/02/2026', 'date', noValue],
  ['{"a":1}', 'json', { a: 1 }],
  ['{a', 'json', noValue],
  [new Date(0), 'json', '1970-01-01T00:00:00.000Z'],
  [new Float32Array([0.5]), 'json', [0.5]],
  [{ at: [new Date(0)], n: 6.4e18 }, 'json', { at: ['1970-01-01T00:00:00.000Z'], n: 6.4e18 }],
  [Number.NaN, 'json', noValue],
  [{ a: 1 }, 'string', '{"a":1}'],
  [[Number.NaN], 'string', noValue],
  [{ a: Number.POSITIVE_INFINITY }, 'string', noValue],
  [[new Date(Number.NaN)], 'string', noValue],
  [new Float32Array([0.5, Number.NaN]), 'string', noValue],
  [[new Date(0), new Uint8Array([1])], 'string', '["1970-01-01T00:00:00.000Z","AQ=="]'],
  [Number.NaN, 'number', Number.NaN],
  ['NaN', 'number', Number.NaN],
  ['-Infinity', 'number', Number.NEGATIVE_INFINITY],
  ['nan', 'number', noValue],
  [Number.NaN, 'integer', noValue],
  [Number.NaN, 'bigint', noValue],
  [Number.NaN, 'decimal', 'NaN'],
  ['-Infinity', 'decimal', '-Infinity'],
  [Number.NaN, 'boolean', noValue],
  [Number.NaN, 'date', noValue],
  ['1e400', 'number', noValue],
  ['-0', 'number', -0],
  [-0, 'number', -0],
  [-0, 'string', '-0'],
  [-0, 'integer', 0],
  ['-0', 'integer', 0],
  ['-0', 'bigint', 0n],
  [-0, 'boolean', false],
  ['+012345-01-02T03:04:05.678Z', 'date', new Date('+012345-01-02T03:04:05.678Z')],
  ['-000044-03-15', 'date', new Date('-000044-03-15T00:00:00Z')],
  ['12345-01-02', 'date', noValue],
  ['+012345-02-30', 'date', noValue],
  [new Date('+012345-01-02T03:04:05.678Z'), 'string', '+012345-01-02T03:04:05.678Z'],
  [1.5, 'date', noValue],
])('%j as %s', (value, type, expected) => {
  expect(castValue(value, type)).toEqual(expected)
})

test.each([
  ['9007199254740993', 'number'],
  [9007199254740993n, 'number'],
  [9007199254740993n, 'integer'],
  [6.4e18, 'integer'],
  [Number.MAX_VALUE, 'date'],
] as const)('%s is no %s: no digit is lost without a word', (value, type) => {
  expect(castValue(value, type)).toBe(noValue)
})

test.each([
  ['json', 9007199254740993n, 9007199254740993n],
  ['date', 1767322800000n, new Date(1767322800000)],
  ['date', 9007199254740993n, noValue],
] as const)('a big integer as %s', (type, value, expected) => {
  expect(castValue(value, type)).toEqual(expected)
})

test('a list or an object becomes JSON that holds the same values', () => {
  const value = { a: '\ud83d', b: [-0, 6.4e18, 9007199254740993n] }
  const text = castValue(value, 'string')
  expect(text).toBe('{"a":"\\ud83d","b":[-0.0,6.4e+18,9007199254740993]}')
  expect(castValue(text, 'json')).toEqual(value)
})

test('a decimal number keeps its digits', () => {
  expect(castValue(' 12.50 ', 'decimal')).toBe('12.50')
  expect(castValue('x', 'decimal')).toBe(noValue)
})

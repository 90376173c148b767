import { describe, expect, test } from 'vitest'
import { columnNames, withColumnOrder } from '../contracts/column-order.js'
import { MaestroError } from '../errors/maestro-error.js'
import { decodeStepLine, encodeStepLine } from './step-codec.js'

const roundTrip = (row: Record<string, unknown>) => decodeStepLine(encodeStepLine('a', row)).row

describe('step codec', () => {
  test.each([
    ['text', { a: '00123', b: 'NA', c: '', d: '1e5', e: '你好 🎉', f: '\u2028"\\' }],
    ['null and missing', { a: null }],
    ['numbers', { a: 1, b: -0, c: Number.NaN, d: Number.POSITIVE_INFINITY, e: Number.NEGATIVE_INFINITY, f: 2 ** 53 }],
    ['bigint', { a: 9007199254740993n }],
    ['dates', { a: new Date(0) }],
    ['a date that is none', { a: new Date(Number.NaN) }],
    [
      'what is nested: each of them',
      {
        a: [
          { b: -0, c: [10n, Number.NaN] },
          { d: new Float32Array([1]), e: undefined },
        ],
      },
    ],
    [
      'a part of a larger buffer',
      { a: new Uint8Array([1, 2, 3, 4]).subarray(1, 3), b: new Float32Array([1, 2, 3]).subarray(1) },
    ],
    [
      'keys that begin like tags, in plain objects',
      { a: { $number: 1, b: 2 }, b: [{ $date: null }], c: { $object: 1 } },
    ],
    ['a column named like a tag', { $bigint: '5' }],
    ['a text with what looks like a tag', { a: '{"$bigint":"1"}' }],
    ['empty lists and objects', { a: [], b: {}, c: [[]] }],
    ['bytes and vectors', { a: new Uint8Array([0, 255]), b: new Float32Array([0.5, -1]), c: new Uint8Array() }],
    ['undefined', { a: undefined }],
    ['nested', { a: { b: [1, { c: new Date(5) }], d: null } }],
    ['what looks like a tag', { a: { $date: 'x' }, b: { $object: { $bigint: '1' } }, c: { $x: 1, y: 2 }, $d: 1 }],
    ['a lone surrogate', { a: '\ud800' }],
  ])('%s comes back as it went in', (_name, row) => {
    expect(roundTrip(row)).toStrictEqual(row)
  })

  test('half a character, an object whose first key looks like a tag, and columns called like numbers', () => {
    const row = { half: 'job\ud83d', like: { $date: 'x', y: 1 }, deep: [{ $text: 'x', z: '\ude00' }], big: 6.4e18 }
    expect(roundTrip(row)).toStrictEqual(row)
    const ordered = withColumnOrder({ name: 'x', 2021: 1n, 2020: 'job\ud83d' }, ['name', '2021', '2020'])
    expect(columnNames(roundTrip(ordered))).toEqual(['name', '2021', '2020'])
  })

  test('__proto__ stays an own column', () => {
    const row = JSON.parse('{"__proto__": {"x": 1}, "n": 1}')
    const back = roundTrip(row)
    expect(Object.keys(back)).toEqual(['__proto__', 'n'])
    expect(Object.getPrototypeOf(back)).toBe(Object.prototype)
    const tagged = roundTrip(JSON.parse('{"__proto__": {"$x": 1}}'))
    expect(Object.keys(tagged)).toEqual(['__proto__'])
  })

  test('a value that holds itself, or is nested beyond measure, is refused by name of its column', () => {
    const loop: unknown[] = []
    loop.push(loop)
    let deep: unknown = 1
    for (let level = 0; level < 2000; level++) deep = [deep]
    for (const value of [loop, deep]) {
      expect(() => encodeStepLine('a', { when: new Date(0), odd: value })).toThrow(
        expect.objectContaining({
          code: 'MAESTRO_ROW_UNENCODABLE',
          details: expect.objectContaining({ column: 'odd' }),
        }),
      )
    }
  })

  test.each([
    ['a function', () => 1],
    ['a class instance', new Map()],
    ['a symbol', Symbol('x')],
  ])('%s is refused by name of its column', (_name, value) => {
    expect(() => encodeStepLine('a', { column: value })).toThrow(
      expect.objectContaining({
        code: 'MAESTRO_ROW_UNENCODABLE',
        details: expect.objectContaining({ column: 'column' }),
      }),
    )
    expect(MaestroError.is(new Error('x'))).toBe(false)
  })
})

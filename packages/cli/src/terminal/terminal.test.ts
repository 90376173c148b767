import { describe, expect, test } from 'vitest'
import { formatCount, formatRate, formatSpan } from './format-number.js'
import { formatName, formatValue } from './format-value.js'
import { toJsonText } from './json.js'
import { cutText, padText, textWidth } from './text-width.js'
import { wrapText } from './wrap-text.js'

describe('widths', () => {
  test('wide characters and emoji take two columns, colours and joiners none', () => {
    expect(['abc', '很好', '👩‍👩‍👧', 'é', '\u001b[31mred\u001b[39m'].map(textWidth)).toEqual([3, 4, 2, 1, 3])
  })

  test('a text is cut between characters, to the width with its ellipsis', () => {
    expect(cutText('abcdef', 6)).toBe('abcdef')
    expect(cutText('abcdefg', 6)).toBe('abcde…')
    expect(cutText('很好很好', 6)).toBe('很好…')
    expect(cutText('a👩‍👩‍👧b👩‍👩‍👧', 4)).toBe('a👩‍👩‍👧…')
  })

  test('a text of megabytes is cut at once', () => {
    expect(cutText('x'.repeat(10_000_000), 5)).toBe('xxxx…')
  })

  test('padding counts columns', () => {
    expect([padText('很', 4), padText('abcde', 4)]).toEqual(['很  ', 'abcde'])
  })

  test('lines break at spaces, and a text that is too long ends in an ellipsis', () => {
    expect(wrapText('one two three', 7, 3)).toEqual(['one two', 'three'])
    expect(wrapText('one two three four five', 7, 2)).toEqual(['one two', 'three …'])
    expect(wrapText('a-very-long-word x', 7, 3)).toEqual(['a-very…', 'x'])
  })
})

describe('values of rows', () => {
  test.each([
    ['1', '"1"'],
    [1, '1'],
    [12345678901234567890n, '12345678901234567890n'],
    [Number.NaN, 'NaN'],
    [null, 'null'],
    [undefined, 'undefined'],
    [new Date(0), '1970-01-01T00:00:00.000Z'],
    [new Uint8Array(5), '5 bytes'],
    [new Float32Array([0.123456, 1, 2, 3, 4]), 'vector of 5: 0.1235 1 2 3 …'],
    [{ a: [1n] }, '{"a":["1"]}'],
  ])('%o', (value, text) => {
    expect(formatValue(value, 80)).toBe(text)
  })

  test('cannot act on the terminal', () => {
    const evil = '\u001b[2J\u009b2J\u202e\u0007'
    expect(formatValue(evil, 80)).toBe('"\\u001b[2J\\u009b2J\\u202e\\u0007"')
    expect(formatValue({ [evil]: evil }, 200)).not.toMatch(/[\p{Cc}\u202e]/u)
    expect(formatName(evil)).not.toMatch(/[\p{Cc}\u202e]/u)
  })

  test('names are quoted only where they must be', () => {
    expect(['a.b:2/x', '列', ' a', ''].map(formatName)).toEqual(['a.b:2/x', '列', '" a"', '""'])
  })

  test('as JSON: bytes, vectors, long integers', () => {
    const value = { bytes: Buffer.from('hi'), vector: new Float32Array([1, 2]), long: 2n ** 70n }
    expect(JSON.parse(toJsonText(value))).toEqual({ bytes: 'aGk=', vector: [1, 2], long: '1180591620717411303424' })
  })
})

test('numbers', () => {
  expect([0, 999, 9999, 12_345, 1_234_567, 123_456_789].map(formatCount)).toEqual([
    ...['0', '999', '9999', '12.3k', '1.23M', '123M'],
  ])
  expect([0.1234, 4.21, 61.7, 61_234].map(formatRate)).toEqual(['0.12', '4.2', '62', '61.2k'])
  expect([12, 34_200, 59_960, 65_000, 7_800_000].map(formatSpan)).toEqual([
    ...['0.01 s', '34.2 s', '1 min 00 s', '1 min 05 s', '2 h 10 min'],
  ])
})

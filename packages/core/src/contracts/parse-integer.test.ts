import { expect, test } from 'vitest'
import { mostDigits, parseInteger } from './parse-integer.js'
import { parseJson } from './parse-json.js'

test('an integer keeps all its digits, up to a bound that also holds for JSON', () => {
  expect(parseInteger('+9007199254740993')).toBe(9007199254740993n)
  expect(parseInteger('-0012')).toBe(-12n)
  for (const text of ['', '+', '1.0', '1e3', ' 1', '0x1f', '१']) expect(parseInteger(text)).toBeUndefined()
  for (const sign of ['', '-']) {
    const most = `${sign}${'9'.repeat(mostDigits)}`
    expect(parseInteger(most)).toBe(parseJson(most))
    expect(parseInteger(`${most}9`)).toBeUndefined()
    expect(() => parseJson(`${most}9`)).toThrow(/more than 10000 digits/)
  }
})

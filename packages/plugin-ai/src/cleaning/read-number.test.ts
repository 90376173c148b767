import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type NumberNotation, readNumber } from './read-number.js'

const english = { decimal: '.', thousands: ',' } as const
const german = { decimal: ',', thousands: '.' } as const
const french = { decimal: ',', thousands: ' ' } as const
const swiss = { decimal: '.', thousands: "'" } as const
const plain = { decimal: '.', thousands: '' } as const

test.each<[string, NumberNotation, number]>([
  ['$1,049.00', english, 1049],
  ['US$ 1,049.50', english, 1049.5],
  ['EUR 12', english, 12],
  ['1.049,00 €', german, 1049],
  ['€1.049', german, 1049],
  ['1 049,5 €', french, 1049.5],
  ['1\u202f049\u00a0000,25', french, 1_049_000.25],
  ['CHF 1’049.05', swiss, 1049.05],
  ['¥1,049', english, 1049],
  ['￥1,049', english, 1049],
  ['₹12,34,567.89', english, 1_234_567.89],
  ['(1,049)', english, -1049],
  ['($1,049.00)', english, -1049],
  ['-$5', english, -5],
  ['$-5', english, -5],
  ['−5', english, -5],
  ['+5', english, 5],
  ['12%', english, 0.12],
  ['12,5 %', german, 0.125],
  ['0.1%', english, 0.001],
  ['1049', english, 1049],
  [' 007 ', plain, 7],
  ['0', plain, 0],
  ['1049.5', plain, 1049.5],
])('%s in the notation %j', (text, notation, expected) => {
  expect(readNumber(text, notation)).toBe(expected)
})

test.each<[string, NumberNotation]>([
  // The other notation: these could be a decimal comma or thousands.
  ['1,5', english],
  ['1,04', english],
  ['1.5', german],
  ['1,049.00', german],
  ['1.049,00', english],
  ['1,0490', english],
  [',049', english],
  ['1,,049', english],
  ['1,049,', english],
  ['1,049', plain],
  ['$', english],
  ['%', english],
  ['()', english],
  ['(-5)', english],
  ['--5', english],
  ['-$-5', english],
  ['$5€', english],
  ['$5%', english],
  ['5 XYZ', english],
  ['12 pieces', plain],
  ['1e5', plain],
  ['1.2.3', plain],
  ['5.', plain],
  ['.5', plain],
  ['12345678901234567', plain],
  ['', plain],
  ['NaN', plain],
])('%s is no number in the notation %j', (text, notation) => {
  expect(readNumber(text, notation)).toBeUndefined()
})

test('numbers in the notation of a locale are read back', () => {
  const locales = [
    ['en-US', english],
    ['de-DE', german],
    ['en-IN', english],
    ['fr-FR', french],
  ] as const
  fc.assert(
    fc.property(fc.integer({ min: -1e13, max: 1e13 }), fc.constantFrom(...locales), (cents, [locale, notation]) => {
      const text = new Intl.NumberFormat(locale, { style: 'currency', currency: 'EUR' }).format(cents / 100)
      expect(readNumber(text, notation)).toBe(Number((cents / 100).toFixed(2)))
    }),
  )
})

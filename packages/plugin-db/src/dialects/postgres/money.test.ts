import { expect, test } from 'vitest'
import { decimalOfAmount, formatOfAmount } from './money.js'

test.each([
  { amount: '$1,234.50', digits: 2, point: '.', zero: '$0.00', negative: '-$1,234,567.89', decimal: '-1234567.89' },
  { amount: '1.234,50 €', digits: 2, point: ',', zero: '0,00 €', negative: '-0,05 €', decimal: '-0.05' },
  { amount: '¥1,235', digits: 0, point: '.', zero: '¥0', negative: '(¥12,345)', decimal: '-12345' },
  { amount: '1 234.500 TND', digits: 3, point: '.', zero: '0.000 TND', negative: '1.001- TND', decimal: '-1.001' },
  {
    amount: 'kr1 234,50',
    digits: 2,
    point: ',',
    zero: 'kr0,00',
    negative: 'kr-92 233 720 368 547 758,08',
    decimal: '-92233720368547758.08',
  },
])('$amount says how amounts are written', ({ amount, digits, point, zero, negative, decimal }) => {
  const format = formatOfAmount(amount)
  expect(format).toEqual({ digits, point })
  expect(Number(decimalOfAmount(zero, format))).toBe(0)
  expect(decimalOfAmount(negative, format)).toBe(decimal)
})

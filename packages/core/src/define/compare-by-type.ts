import { hasType } from '../contracts/has-type.js'

/** The order of two texts by their code points, as in UTF-8. JavaScript would compare halves of characters. */
export function compareTexts(one: string, other: string): number {
  for (let at = 0; at < one.length && at < other.length; at++) {
    if (one[at] === other[at]) continue
    // Where second halves differ, the first halves are equal.
    return (one.codePointAt(at) ?? 0) - (other.codePointAt(at) ?? 0)
  }
  return one.length - other.length
}

/** The order of two decimal numbers, of which each is text or a number; undefined if one of them is no number. */
export function compareDecimals(one: unknown, other: unknown): number | undefined {
  const [a, b] = [decimalOf(one), decimalOf(other)]
  if (a === undefined || b === undefined) return undefined
  if (a.sign !== b.sign) return a.sign - b.sign
  return a.sign * (a.point - b.point || compareTexts(a.digits, b.digits))
}

interface Decimal {
  readonly sign: number
  /** The place of the point, counted from the first digit that is not zero. */
  readonly point: number
  readonly digits: string
}

function decimalOf(value: unknown): Decimal | undefined {
  const text = typeof value === 'number' || typeof value === 'bigint' ? String(value) : value
  if (typeof text !== 'string' || !hasType(text, 'decimal') || /nan$/i.test(text)) return undefined
  const [, minus, whole = '', fraction = '', exponent = '0'] =
    /^([+-]?)(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i.exec(text) ?? []
  if (minus === undefined) return { sign: text.startsWith('-') ? -1 : 1, point: Number.POSITIVE_INFINITY, digits: '' }
  const digits = (whole + fraction).replace(/^0+/, '')
  if (digits === '') return { sign: 0, point: 0, digits: '' }
  const sign = minus === '-' ? -1 : 1
  return { sign, point: digits.length - fraction.length + Number(exponent), digits: digits.replace(/0+$/, '') }
}

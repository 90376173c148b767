/** A decimal number by its digits: two numbers of the same value have the same parts. */
export interface DecimalParts {
  readonly negative: boolean
  /** The digits without leading and trailing zeros; empty for zero. */
  readonly digits: string
  /** The number of digits after the point; negative if zeros precede the point. */
  readonly fraction: number
}

const decimal = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,9}))?$/

/** The parts of a number's text; undefined if it is not a number. */
export function parseDecimal(text: string): DecimalParts | undefined {
  const [, sign, whole = '', after = '', exponent = '0'] = decimal.exec(text) ?? []
  const all = whole + after
  if (sign === undefined || all === '') return undefined
  const trimmed = all.replace(/0+$/, '')
  const digits = trimmed.replace(/^0+/, '')
  if (digits === '') return { negative: false, digits, fraction: 0 }
  return { negative: sign === '-', digits, fraction: after.length - (all.length - trimmed.length) - Number(exponent) }
}

/** The digits of a number. JavaScript writes zeros for the last ones of a whole number beyond 2^53. */
export function digitsOf(value: number | bigint): string {
  return Number.isInteger(value) && Math.abs(Number(value)) < 1e21 ? BigInt(value).toString() : String(value)
}

/** Whether a number has exactly the value of a text. A whole number keeps all its digits; a fraction is as it is written. */
export function isExactly(number: number, text: string): boolean {
  const own = /^[+-]?\d+$/.test(text) ? digitsOf(number) : String(number)
  const [a, b] = [parseDecimal(own), parseDecimal(text)]
  return (
    a !== undefined &&
    b !== undefined &&
    a.negative === b.negative &&
    a.digits === b.digits &&
    a.fraction === b.fraction
  )
}

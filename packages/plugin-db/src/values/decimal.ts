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

/** Whether a number has exactly the value of a text. */
export function isExactly(number: number, text: string): boolean {
  const [a, b] = [parseDecimal(String(number)), parseDecimal(text)]
  return (
    a !== undefined &&
    b !== undefined &&
    a.negative === b.negative &&
    a.digits === b.digits &&
    a.fraction === b.fraction
  )
}

/** The most digits of an integer. The time to compute with them grows with their square: a million take seconds. */
export const mostDigits = 10_000

/**
 * The integer that a text is, with or without a sign: -12, +12, 0012. No number is read through a float, so that all
 * digits count.
 *
 * @returns undefined if the text is no integer, or has more than 10,000 digits
 */
export function parseInteger(text: string): bigint | undefined {
  const [, sign, digits = ''] = /^([+-]?)(\d+)$/.exec(text) ?? []
  if (digits === '' || digits.length > mostDigits) return undefined
  const value = BigInt(digits)
  return sign === '-' ? -value : value
}

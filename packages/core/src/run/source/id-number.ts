import type { RowId } from '../../contracts/row.js'

const zero = 48
const nine = 57

/** The position at which the number at the end of an id begins. */
export function numberStart(id: RowId): number {
  let start = id.length
  while (start > 0 && isDigit(id.charCodeAt(start - 1))) start--
  // In a number with leading zeros, such as "007", only the rest is the number: "7" is another id.
  while (start < id.length - 1 && id.charCodeAt(start) === zero) start++
  return start
}

/**
 * The number at the end of an id, from a position on. It is undefined if the rest is not a number in the usual
 * notation.
 */
export function numberAt(id: RowId, start: number): number | undefined {
  const digits = id.length - start
  if (digits === 0 || digits > mostDigits || (digits > 1 && id.charCodeAt(start) === zero)) return undefined
  let number = 0
  for (let index = start; index < id.length; index++) {
    const code = id.charCodeAt(index)
    if (!isDigit(code)) return undefined
    number = number * 10 + code - zero
  }
  return number
}

const mostDigits = 15

const isDigit = (code: number): boolean => code >= zero && code <= nine

import { digitsOf, isExactly, parseDecimal } from './decimal.js'
import { Unfit } from './unfit.js'

/** Converts a value, also digits, to a whole number. @throws Unfit */
export function toInteger(value: unknown): bigint | number {
  if (typeof value === 'bigint' || Number.isSafeInteger(value)) return value as bigint | number
  assertNoCode(value)
  if (typeof value === 'string' && /^\s*[+-]?\d+\s*$/.test(value)) return BigInt(value.trim().replace(/^\+/, ''))
  throw new Unfit(value, 'is not a whole number')
}

/** Converts a value, also digits, to a number if a number can hold all digits. @throws Unfit */
export function toNumber(value: unknown): number {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint' && BigInt(Number(value)) === value) return Number(value)
  if (typeof value !== 'string' || value.trim() === '') throw new Unfit(value, 'is not a number')
  assertNoCode(value)
  const number = Number(value)
  const text = value.trim()
  if (!Number.isFinite(number) && /\d/.test(text)) throw new Unfit(value, 'is too large for a number')
  if (Number.isNaN(number) ? text !== 'NaN' : Number.isFinite(number) && !isExactly(number, text))
    throw new Unfit(value, Number.isNaN(number) ? 'is not a number' : 'has more digits than a number can hold')
  return number
}

/** The digits of a number. @throws Unfit */
export function toDecimal(value: unknown): string {
  if (typeof value === 'bigint' || typeof value === 'number') return digitsOf(value)
  assertNoCode(value)
  if (
    typeof value === 'string' &&
    (parseDecimal(value.trim()) !== undefined || /^\s*([+-]?Infinity|NaN)\s*$/.test(value))
  )
    return value.trim()
  throw new Unfit(value, 'is not a number')
}

/** Digits such as 00123 are a code, which would not be the same without its zeros. @throws Unfit */
function assertNoCode(value: unknown): void {
  if (typeof value === 'string' && /^\s*[+-]?0\d/.test(value))
    throw new Unfit(value, 'begins with a zero, which a number would lose')
}

/** Converts a value, also 1, 0, and their names, to a boolean. @throws Unfit */
export function toBoolean(value: unknown): boolean {
  if (typeof value === 'boolean') return value
  if (value === 1 || value === 1n || value === 'true') return true
  if (value === 0 || value === 0n || value === 'false') return false
  throw new Unfit(value, 'is neither true nor false')
}

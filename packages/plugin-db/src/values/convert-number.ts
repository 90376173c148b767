import { isExactly, parseDecimal } from './decimal.js'
import { Unfit } from './unfit.js'

/** A whole number, also from its digits. @throws Unfit */
export function toInteger(value: unknown): bigint | number {
  if (typeof value === 'bigint' || Number.isSafeInteger(value)) return value as bigint | number
  if (typeof value === 'string' && /^\s*[+-]?\d+\s*$/.test(value)) return BigInt(value.trim().replace(/^\+/, ''))
  throw new Unfit(value, 'is no whole number')
}

/** A number, also from its digits, as far as a number holds them all. @throws Unfit */
export function toNumber(value: unknown): number {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint' && BigInt(Number(value)) === value) return Number(value)
  if (typeof value !== 'string' || value.trim() === '') throw new Unfit(value, 'is no number')
  const number = Number(value)
  if (Number.isNaN(number) ? value.trim() !== 'NaN' : Number.isFinite(number) && !isExactly(number, value.trim()))
    throw new Unfit(value, Number.isNaN(number) ? 'is no number' : 'has more digits than a number holds')
  return number
}

/** The digits of a number. @throws Unfit */
export function toDecimal(value: unknown): string {
  if (typeof value === 'bigint' || typeof value === 'number') return String(value)
  if (
    typeof value === 'string' &&
    (parseDecimal(value.trim()) !== undefined || /^\s*([+-]?Infinity|NaN)\s*$/.test(value))
  )
    return value.trim()
  throw new Unfit(value, 'is no number')
}

/** True or false, also from 1, 0 and their names. @throws Unfit */
export function toBoolean(value: unknown): boolean {
  if (typeof value === 'boolean') return value
  if (value === 1 || value === 1n || value === 'true') return true
  if (value === 0 || value === 0n || value === 'false') return false
  throw new Unfit(value, 'is neither true nor false')
}

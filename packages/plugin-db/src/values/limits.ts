import { type DecimalParts, digitsOf, parseDecimal } from './decimal.js'
import type { Encode } from './encode.js'
import { Unfit } from './unfit.js'
import type { ColumnKind, Limits } from './value-kind.js'

type Check = (value: unknown) => void

/** Refuses values that a column would round, cut, or change silently. @throws Unfit */
export function within({ limits }: ColumnKind, encode: Encode): Encode {
  const checks = limits === undefined ? [] : checksOf(limits)
  if (checks.length === 0) return encode
  return (value) => {
    for (const check of checks) check(value)
    return encode(value)
  }
}

function checksOf(limits: Limits): readonly Check[] {
  const checks: Check[] = []
  const { scale, fraction, characters, bytes, fixedBytes, members } = limits
  if (scale !== undefined) checks.push((value) => checkScale(value, scale))
  if (fraction !== undefined) checks.push((value) => checkFraction(value, fraction))
  if (characters !== undefined) checks.push((value) => checkCharacters(value, characters))
  if (bytes !== undefined) checks.push((value) => checkBytes(value, bytes))
  if (fixedBytes !== undefined) checks.push((value) => checkFixed(value, fixedBytes))
  if (members !== undefined) checks.push((value) => checkMembers(value, members, limits.many === true))
  if (limits.single === true) checks.push(checkSingle)
  if (limits.trims === true) checks.push(checkBlanks)
  if (limits.numeric === true) checks.push(checkDigits)
  if (limits.integers64 === true) checks.push(checkWide)
  if (limits.year === true) checks.push(checkYear)
  if (limits.clock === true) checks.push(checkClock)
  if (limits.units === true) checks.push(checkUnits)
  if (limits.unsigned === true) checks.push(checkSign)
  return checks
}

function checkScale(value: unknown, scale: number): void {
  const parts = decimalOf(value)
  if (parts !== undefined && parts.fraction > scale)
    throw new Unfit(value, `has more digits than the column, which would round to ${scale} after the point`)
}

function decimalOf(value: unknown): DecimalParts | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return parseDecimal(digitsOf(value))
  return typeof value === 'string' ? parseDecimal(value.trim()) : undefined
}

function checkFraction(value: unknown, most: number): void {
  const text =
    value instanceof Date
      ? most >= 3
        ? ''
        : String(value.getUTCMilliseconds()).padStart(3, '0')
      : typeof value === 'string'
        ? (/\.(\d+)/.exec(value)?.[1] ?? '')
        : ''
  if (text.replace(/0+$/, '').length > most)
    throw new Unfit(value, `has more of a second than the column, which keeps ${most} digits`)
}

/** The text for a text column. */
function textOf(value: unknown): string {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '' : value.toISOString()
  return typeof value === 'object' ? '' : String(value)
}

function checkCharacters(value: unknown, most: number): void {
  const text = textOf(value)
  if (text.length > most && [...text].length > most) throw new Unfit(value, `has more than ${most} characters`)
}

function checkBytes(value: unknown, most: number): void {
  const text = textOf(value)
  if (text.length * 3 > most && Buffer.byteLength(text) > most) throw new Unfit(value, `has more than ${most} bytes`)
}

function checkFixed(value: unknown, length: number): void {
  if (ArrayBuffer.isView(value) && value.byteLength < length)
    throw new Unfit(value, `has fewer than ${length} bytes, so the column would add zeros`)
}

function checkMembers(value: unknown, members: readonly string[], many: boolean): void {
  const text = String(value)
  const chosen = many ? (text === '' ? [] : text.split(',')) : [text]
  const places = chosen.map((one) => members.indexOf(one))
  if (places.some((place, at) => place === -1 || (at > 0 && place <= (places[at - 1] as number))))
    throw new Unfit(value, many ? 'is not a set of the column, in its order' : 'is not a value of the column')
}

/** Numbers of 32 bits are read with the fewest digits that identify them. */
function checkSingle(value: unknown): void {
  const number = typeof value === 'number' ? value : Number(value)
  if (Number.isFinite(number) && shortSingle(number) !== number)
    throw new Unfit(value, 'has more digits than the column, whose numbers have 32 bits')
}

/** A number of 32 bits by the fewest digits that identify it. */
export function shortSingle(number: number): number {
  const single = Math.fround(number)
  if (!Number.isFinite(single)) return single
  for (let digits = 1; digits < 10; digits++) {
    const short = Number(single.toPrecision(digits))
    if (Math.fround(short) === single) return short
  }
  return single
}

function checkBlanks(value: unknown): void {
  if (typeof value === 'string' && value.endsWith(' '))
    throw new Unfit(value, 'ends with a blank, which the column cuts')
}

function checkDigits(value: unknown): void {
  if (typeof value === 'string' && parseDecimal(value.trim()) !== undefined)
    throw new Unfit(value, 'is a text of digits, which the column would convert to a number')
}

function checkWide(value: unknown): void {
  if (typeof value === 'bigint' && BigInt.asIntN(64, value) !== value) throw new Unfit(value, 'is out of range')
}

function checkYear(value: unknown): void {
  const year = Number(value)
  if (!(year === 0 && String(value) === '0') && !(year >= 1901 && year <= 2155))
    throw new Unfit(value, 'is not a year from 1901 to 2155')
}

function checkClock(value: unknown): void {
  if (typeof value !== 'string' || !/^-?\d{1,3}:\d{2}:\d{2}(\.\d+)?$/.test(value))
    throw new Unfit(value, 'is not a time such as 03:04:05')
}

function checkUnits(value: unknown): void {
  if (typeof value !== 'string' || !/[a-z:]|\d-\d/i.test(value) || /[[\]{}"]/.test(value))
    throw new Unfit(value, 'is not a time or duration with units, such as 03:04:05 or 1 day')
}

function checkSign(value: unknown): void {
  if (Number(value) < 0) throw new Unfit(value, 'is negative, which the column cannot hold')
}

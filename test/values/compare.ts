import type { ColumnType } from '@maestro-dataflow/core'

/*
 * The order of values in plain JavaScript: what docs/decisions/0015-values.md says. It shares no code with the packages.
 */

/** The order of two values of a column; 0 for those that are equal. Null, undefined, and missing are one. */
export function compareIn(type: ColumnType | undefined, a: unknown, b: unknown): number {
  if (type === 'decimal' && typeof a === 'string' && typeof b === 'string') return compareDecimals(a, b)
  return compare(a, b)
}

export function compare(a: unknown, b: unknown): number {
  const [rankA, rankB] = [rank(a), rank(b)]
  if (rankA !== rankB) return rankA - rankB
  if (Object.is(a, b)) return 0
  switch (rankA) {
    case 1:
      return Number(a) - Number(b)
    case 2:
      // JavaScript compares numbers and big integers exactly.
      return (a as number) < (b as number) ? -1 : (a as number) > (b as number) ? 1 : 0
    case 3:
      return (a as Date).getTime() - (b as Date).getTime()
    case 4:
      return compareTexts(a as string, b as string)
    case 5:
    case 8:
      return compareLists(Array.from(a as unknown[]), Array.from(b as unknown[]))
    case 6:
      return compareLists(membersOf(a as object), membersOf(b as object))
    case 7:
      return Buffer.compare(a as Uint8Array, b as Uint8Array)
    default:
      return 0
  }
}

/** The order in a sort: missing values have their own place, and NaN follows everything else in either direction. */
export function compareInSort(
  type: ColumnType | undefined,
  a: unknown,
  b: unknown,
  descending: boolean,
  nulls: 'first' | 'last',
): number {
  const [missingA, missingB] = [a ?? null, b ?? null].map((value) => value === null)
  if (missingA || missingB) return missingA === missingB ? 0 : missingA === (nulls === 'first') ? -1 : 1
  const [lastA, lastB] = [a, b].map((value) => isNothing(value) || (type === 'decimal' && value === 'NaN'))
  if (lastA || lastB) return lastA === lastB ? 0 : lastA ? 1 : -1
  return descending ? -compareIn(type, a, b) : compareIn(type, a, b)
}

/** NaN, and a date that is none. */
export function isNothing(value: unknown): boolean {
  return Number.isNaN(value) || (value instanceof Date && Number.isNaN(value.getTime()))
}

/** The sum of the values of a column. */
export function sumOf(type: string, values: readonly unknown[]): unknown {
  if (values.length === 0) return null
  if (type === 'decimal') return sumOfDecimals(values as string[])
  if (type === 'number') return (values as number[]).reduce((sum, value) => sum + value, 0)
  return (values as (number | bigint)[]).reduce((sum: bigint, value) => sum + BigInt(value), 0n)
}

/** A value as SQL returns it: a decimal number has only the digits that it needs. */
export function returned(type: ColumnType | undefined, value: unknown): unknown {
  return type === 'decimal' && typeof value === 'string' ? sumOfDecimals([value]) : value
}

/** The sum of decimal numbers as text. */
function sumOfDecimals(texts: readonly string[]): string {
  const scale = Math.max(0, ...texts.map((text) => scaleOf(text)))
  const sum = texts.reduce((total, text) => total + scaled(text, scale), 0n)
  const [sign, digits] = [sum < 0n ? '-' : '', String(sum < 0n ? -sum : sum).padStart(scale + 1, '0')]
  const [whole, fraction] = [digits.slice(0, digits.length - scale), digits.slice(digits.length - scale)]
  return `${sign}${whole}.${fraction}`.replace(/\.?0*$/, '')
}

function compareDecimals(a: string, b: string): number {
  const [infiniteA, infiniteB] = [a, b].map((text) => (/^[+-]?\d|^[+-]?\./.test(text) ? 0 : Number(text)))
  if (infiniteA !== 0 || infiniteB !== 0) return compare(infiniteA, infiniteB)
  const scale = Math.max(scaleOf(a), scaleOf(b))
  const [first, second] = [scaled(a, scale), scaled(b, scale)]
  return first < second ? -1 : first > second ? 1 : 0
}

function partsOf(text: string): { sign: string; whole: string; fraction: string; exponent: number } {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^([+-]?)(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i.exec(text) ?? []
  return { sign, whole, fraction, exponent: Number(exponent) }
}

function scaleOf(text: string): number {
  const { fraction, exponent } = partsOf(text)
  return Math.max(0, fraction.length - exponent)
}

function scaled(text: string, scale: number): bigint {
  const { sign, whole, fraction, exponent } = partsOf(text)
  const value = BigInt(whole + fraction) * 10n ** BigInt(scale - fraction.length + exponent)
  return sign === '-' ? -value : value
}

function rank(value: unknown): number {
  if (value === null || value === undefined) return 0
  if (isNothing(value)) return 9
  if (typeof value === 'boolean') return 1
  if (typeof value === 'number' || typeof value === 'bigint') return 2
  if (value instanceof Date) return 3
  if (typeof value === 'string') return 4
  if (Array.isArray(value)) return 5
  if (value instanceof Float32Array) return 8
  return value instanceof Uint8Array ? 7 : 6
}

/** The members of an object that have a value, by their names. */
function membersOf(value: object): readonly unknown[] {
  return Object.entries(value)
    .filter(([, member]) => member !== null && member !== undefined)
    .sort(([x], [y]) => compareTexts(x, y))
    .flat()
}

function compareTexts(a: string, b: string): number {
  for (let at = 0; at < a.length && at < b.length; at++) {
    const [first = 0, second = 0] = [a.codePointAt(at), b.codePointAt(at)]
    if (first !== second) return first - second
    if (first > 0xffff) at++
  }
  return a.length - b.length
}

function compareLists(a: readonly unknown[], b: readonly unknown[]): number {
  for (let index = 0; index < Math.min(a.length, b.length); index++) {
    const order = compare(a[index], b[index])
    if (order !== 0) return order
  }
  return a.length - b.length
}

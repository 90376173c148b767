/* Exact sums of numbers in plain, slow JavaScript. */

/** Every number is a whole multiple of the smallest one, 2^-1074. */
const unit = 1n << 1074n

/** The mean of numbers, whose sum is rounded once. */
export function meanOf(numbers: readonly number[]): number {
  const sum = numbers.reduce((total, number) => total + unitsOf(number), 0n)
  const rounded = quotient(sum, unit)
  return Number.isFinite(rounded) ? rounded / numbers.length : quotient(sum, unit * BigInt(numbers.length))
}

/** The standard deviation of a sample. */
export function deviationOf(numbers: readonly number[]): number {
  const mean = meanOf(numbers)
  const largest = Math.max(1, ...numbers.map(Math.abs))
  const squares = numbers.map((number) => (number / largest - mean / largest) ** 2)
  return Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / (numbers.length - 1)) * largest
}

/** The value at a share of sorted numbers, between two of them in proportion. */
export function quantile(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1)
  const [low = Number.NaN, high = low] = [sorted[Math.floor(at)], sorted[Math.floor(at) + 1]]
  return high === low ? low : low + (high - low) * (at - Math.floor(at))
}

function unitsOf(number: number): bigint {
  const bits = new DataView(Float64Array.of(number).buffer).getBigUint64(0, true)
  const exponent = (bits >> 52n) & 0x7ffn
  const fraction = bits & ((1n << 52n) - 1n)
  const units = exponent === 0n ? fraction : (fraction | (1n << 52n)) << (exponent - 1n)
  return number < 0 ? -units : units
}

/** The number that is nearest to a fraction. */
function quotient(numerator: bigint, denominator: bigint): number {
  const [absolute, sign] = numerator < 0n ? [-numerator, -1] : [numerator, 1]
  const bits = (value: bigint) => value.toString(2).length
  // More digits than a number has, of which the last one tells whether others follow.
  const shift = 70 - bits(absolute) + bits(denominator)
  const [over, under] =
    shift >= 0 ? [absolute << BigInt(shift), denominator] : [absolute, denominator << BigInt(-shift)]
  const digits = (over / under) | (over % under === 0n ? 0n : 1n)
  const half = Math.trunc(-shift / 2)
  return sign * Number(digits) * 2 ** half * 2 ** (-shift - half)
}

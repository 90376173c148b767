import { type ColumnType, hasType } from '@maestro-dataflow/core'

/** How the values of a column are computed with: numbers as they are, and dates as milliseconds. */
export interface Numeric {
  readonly number: number
  readonly isDate: boolean
}

/**
 * The number of a value; undefined if it is no finite number and no date.
 *
 * @param type The type of its column. The text of a decimal number is then the nearest number.
 */
export function numericOf(value: unknown, type: ColumnType): Numeric | undefined {
  if (type === 'decimal' && typeof value === 'string') {
    const number = hasType(value, 'decimal') ? Number(value) : Number.NaN
    return Number.isFinite(number) ? { number, isDate: false } : undefined
  }
  if (typeof value === 'number') return Number.isFinite(value) ? { number: value, isDate: false } : undefined
  if (typeof value === 'bigint') {
    const number = Number(value)
    return BigInt(number) === value ? { number, isDate: false } : undefined
  }
  if (!(value instanceof Date) || Number.isNaN(value.getTime())) return undefined
  return { number: value.getTime(), isDate: true }
}

/** A growing list of numbers in 8 bytes each, with its quantiles. */
export class NumberColumn {
  #numbers = new Float64Array(64)
  #length = 0
  #sorted = false

  add(number: number): void {
    if (this.#length === this.#numbers.length) {
      const grown = new Float64Array(this.#length * 2)
      grown.set(this.#numbers)
      this.#numbers = grown
    }
    this.#numbers[this.#length++] = number
    this.#sorted = false
  }

  get length(): number {
    return this.#length
  }

  /** The numbers, sorted. */
  get sorted(): Float64Array {
    const numbers = this.#numbers.subarray(0, this.#length)
    if (!this.#sorted) numbers.sort()
    this.#sorted = true
    return numbers
  }

  /** The value at a share of the sorted numbers, between two of them in proportion, as in most statistics programs. */
  quantile(share: number): number {
    const numbers = this.sorted
    const at = share * (numbers.length - 1)
    const below = Math.floor(at)
    const [low = Number.NaN, high = low] = [numbers[below], numbers[below + 1]]
    return high === low ? low : low + (high - low) * (at - below)
  }

  get mean(): number {
    const sum = sumOf(this.sorted)
    // The sum of large numbers may have no place in a number, but their mean has.
    return Number.isFinite(sum) ? sum / this.#length : sumOf(this.sorted.map((number) => number / this.#length))
  }

  /** The standard deviation of a sample. */
  get deviation(): number {
    const { mean } = this
    return Math.sqrt(sumOf(this.sorted.map((number) => (number - mean) ** 2)) / (this.#length - 1))
  }
}

/** The sum with the error of rounding made up for (Neumaier), so that the order of rows does not matter. */
function sumOf(numbers: Float64Array): number {
  let [sum, lost] = [0, 0]
  for (const number of numbers) {
    const next = sum + number
    lost += Math.abs(sum) >= Math.abs(number) ? sum - next + number : number - next + sum
    sum = next
  }
  return sum + lost
}

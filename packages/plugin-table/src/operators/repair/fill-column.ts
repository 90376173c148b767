import type { ColumnType } from '@maestro-dataflow/core'
import { decimalOrderKey } from '../../values/column-keys.js'
import { orderKey } from '../../values/order-key.js'
import { NumberColumn, numericOf } from './numeric.js'

/** Ways to compute a missing value from the other values of the column. */
export const fillMethods = ['mean', 'median', 'mode', 'forward', 'backward', 'interpolate'] as const
export type FillMethod = (typeof fillMethods)[number]

/** Whether a method computes with numbers. */
export const isNumericMethod = (method: FillMethod): boolean => ['mean', 'median', 'interpolate'].includes(method)

/** The values of one column in one group: all are seen once, in order, and then filled in the same order. */
export interface ColumnFiller {
  see(value: unknown): void
  /** The value for the next row, which has none; undefined if there is nothing to compute it from. */
  fill(): unknown
  /** Passes the next row, which has this value. */
  pass(value: unknown): void
}

/** @param type The type of the column, as far as the plan knows it. */
export function createFiller(method: FillMethod, type: ColumnType): ColumnFiller {
  switch (method) {
    case 'forward':
      return new ForwardFiller()
    case 'mode':
      return new ModeFiller(type)
    case 'backward':
    case 'interpolate':
      return new GapFiller(method === 'interpolate', type)
    default:
      return new NumberFiller(method, type)
  }
}

class ForwardFiller implements ColumnFiller {
  #last: unknown
  see(): void {}
  fill(): unknown {
    return this.#last
  }
  pass(value: unknown): void {
    this.#last = value
  }
}

/** The most frequent value; the first one of several. */
class ModeFiller implements ColumnFiller {
  readonly #counts = new Map<string, { readonly value: unknown; count: number }>()
  readonly #type: ColumnType
  #mode: { readonly value: unknown } | undefined
  constructor(type: ColumnType) {
    this.#type = type
  }
  see(value: unknown): void {
    const key = this.#type === 'decimal' ? decimalOrderKey(value) : orderKey(value)
    if (key === null) return
    const known = this.#counts.get(key)
    if (known === undefined) this.#counts.set(key, { value, count: 1 })
    else known.count++
  }
  fill(): unknown {
    if (this.#mode === undefined) {
      const found = [...this.#counts.values()]
      this.#mode = found.reduce((best, one) => (one.count > best.count ? one : best), { value: undefined, count: 0 })
    }
    return this.#mode.value
  }
  pass(): void {}
}

class NumberFiller implements ColumnFiller {
  readonly #numbers = new NumberColumn()
  readonly #method: FillMethod
  readonly #type: ColumnType
  readonly #kinds = new Set<'date' | 'number'>()
  #filled: number | undefined
  constructor(method: FillMethod, type: ColumnType) {
    this.#method = method
    this.#type = type
  }
  see(value: unknown): void {
    const numeric = numericOf(value, this.#type)
    if (numeric === undefined) return
    this.#kinds.add(numeric.isDate ? 'date' : 'number')
    this.#numbers.add(numeric.number)
  }
  fill(): unknown {
    // Dates and numbers have no common mean.
    if (this.#kinds.size !== 1) return undefined
    this.#filled ??= this.#method === 'mean' ? this.#numbers.mean : this.#numbers.quantile(0.5)
    return asValue(this.#filled, this.#kinds.has('date'), this.#type)
  }
  pass(): void {}
}

/** Values around gaps: the value after each gap, and the length of the gap. */
class GapFiller implements ColumnFiller {
  readonly #interpolates: boolean
  readonly #type: ColumnType
  /** The gaps in order, each with its number of rows and the value after it. */
  readonly #gaps: { readonly rows: number; readonly next: unknown }[] = []
  #open = 0
  #gap = 0
  #passed = 0
  #last: unknown

  constructor(interpolates: boolean, type: ColumnType) {
    this.#interpolates = interpolates
    this.#type = type
  }

  see(value: unknown): void {
    if (value === undefined) this.#open++
    else if (this.#open > 0) {
      this.#gaps.push({ rows: this.#open, next: value })
      this.#open = 0
    }
  }

  fill(): unknown {
    const gap = this.#gaps[this.#gap]
    // No value follows the last gap.
    if (gap === undefined) return undefined
    this.#passed++
    const at = this.#passed / (gap.rows + 1)
    const filled = this.#interpolates ? between(this.#last, gap.next, at, this.#type) : gap.next
    if (this.#passed === gap.rows) {
      this.#gap++
      this.#passed = 0
    }
    return filled
  }

  pass(value: unknown): void {
    this.#last = value
  }
}

function between(before: unknown, after: unknown, share: number, type: ColumnType): unknown {
  const [low, high] = [numericOf(before, type), numericOf(after, type)]
  if (low === undefined || high === undefined || low.isDate !== high.isDate) return undefined
  const number = low.number + (high.number - low.number) * share
  return asValue(number, low.isDate, type)
}

/** A computed number as a value of its column. */
function asValue(number: number, isDate: boolean, type: ColumnType): unknown {
  if (isDate) return new Date(Math.round(number))
  return type === 'decimal' ? String(number) : number
}

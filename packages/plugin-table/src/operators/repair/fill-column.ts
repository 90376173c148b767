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

export function createFiller(method: FillMethod): ColumnFiller {
  switch (method) {
    case 'forward':
      return new ForwardFiller()
    case 'mode':
      return new ModeFiller()
    case 'backward':
    case 'interpolate':
      return new GapFiller(method === 'interpolate')
    default:
      return new NumberFiller(method)
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
  #mode: { readonly value: unknown } | undefined
  see(value: unknown): void {
    const key = orderKey(value)
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
  readonly #kinds = new Set<'date' | 'number'>()
  #filled: number | undefined
  constructor(method: FillMethod) {
    this.#method = method
  }
  see(value: unknown): void {
    const numeric = numericOf(value)
    if (numeric === undefined) return
    this.#kinds.add(numeric.isDate ? 'date' : 'number')
    this.#numbers.add(numeric.number)
  }
  fill(): unknown {
    // Dates and numbers have no common mean.
    if (this.#kinds.size !== 1) return undefined
    this.#filled ??= this.#method === 'mean' ? this.#numbers.mean : this.#numbers.quantile(0.5)
    return this.#kinds.has('date') ? new Date(Math.round(this.#filled)) : this.#filled
  }
  pass(): void {}
}

/** Values around gaps: the value after each gap, and the length of the gap. */
class GapFiller implements ColumnFiller {
  readonly #interpolates: boolean
  /** The gaps in order, each with its number of rows and the value after it. */
  readonly #gaps: { readonly rows: number; readonly next: unknown }[] = []
  #open = 0
  #gap = 0
  #passed = 0
  #last: unknown

  constructor(interpolates: boolean) {
    this.#interpolates = interpolates
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
    const filled = this.#interpolates ? between(this.#last, gap.next, at) : gap.next
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

function between(before: unknown, after: unknown, share: number): unknown {
  const [low, high] = [numericOf(before), numericOf(after)]
  if (low === undefined || high === undefined || low.isDate !== high.isDate) return undefined
  const number = low.number + (high.number - low.number) * share
  return low.isDate ? new Date(Math.round(number)) : number
}

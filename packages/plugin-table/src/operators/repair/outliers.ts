import type { ColumnSet } from '@maestro-dataflow/core'
import {
  type AllRows,
  type Batch,
  type ColumnEffects,
  column,
  columns,
  defineOperator,
  type GlobalContext,
  GlobalOperator,
  newColumn,
  type OutputOf,
  optionsSchema,
  parseOptions,
  type Row,
  type RowFunction,
  rowFunction,
  rowWith,
  type With,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import { columnTypeIn } from '../../engine/known-columns.js'
import { tableError } from '../../errors.js'
import { type ColumnKey, columnKeys } from '../../values/column-keys.js'
import { shownValue } from '../../values/shown-value.js'
import { plannedColumns, rememberColumns } from '../planned-columns.js'
import { groupKey, valueIn } from './group-key.js'
import { NumberColumn, numericOf } from './numeric.js'

const fields = {
  /** The column with numbers or dates. */
  input: column(),
  /**
   * How the usual range is found: `iqr` from the quartiles (Tukey's fences), `zscore` from the mean and the standard
   * deviation, `mad` from the median and the median absolute deviation.
   *
   * @default 'iqr'
   */
  method: z.enum(['iqr', 'zscore', 'mad']).default('iqr'),
  /**
   * How wide the range is: in interquartile ranges beyond the quartiles, in standard deviations, or in scaled median
   * absolute deviations.
   *
   * @default 1.5 for iqr, 3 for zscore, 3.5 for mad
   */
  threshold: z.number().positive().optional(),
  /** The columns that form groups, each with a range of its own. @default all rows */
  by: columns().optional(),
  /** What happens to outliers: `mark` adds a column; `drop` drops the rows. @default 'mark' */
  action: z.enum(['mark', 'drop']).default('mark'),
  /** With `action: 'mark'`: the name of the added column, which is true for outliers and null without a value. @default 'outlier' */
  output: newColumn('outlier'),
}
const schema = optionsSchema(fields)

/** The options of `table.outliers`. */
export type OutliersOptions = OutputOf<typeof fields>

interface Range {
  readonly low: number
  readonly high: number
}

const usual = { iqr: 1.5, zscore: 3, mad: 3.5 }
/** The median absolute deviation of normal numbers, as a share of their standard deviation. */
const madOfNormal = 0.674_489_750_196_081_7

function rangeOf(numbers: NumberColumn, method: OutliersOptions['method'], threshold: number): Range {
  if (method === 'iqr') {
    const [low, high] = [numbers.quantile(0.25), numbers.quantile(0.75)]
    return { low: low - threshold * (high - low), high: high + threshold * (high - low) }
  }
  if (method === 'zscore') {
    const { mean, deviation } = numbers
    const width = numbers.length < 2 ? Number.POSITIVE_INFINITY : threshold * deviation
    return { low: mean - width, high: mean + width }
  }
  const median = numbers.quantile(0.5)
  const distances = new NumberColumn()
  for (const number of numbers.sorted) distances.add(Math.abs(number - median))
  const width = (threshold * distances.quantile(0.5)) / madOfNormal
  return { low: median - width, high: median + width }
}

/** Finds values outside the usual range of their column. */
export class OutliersOperator extends GlobalOperator {
  readonly #options: OutliersOptions
  readonly #known: ColumnSet
  readonly #key: ColumnKey

  /** @param known The columns of the rows, as far as the plan knows them. */
  constructor(given: z.input<typeof schema> & Pick<OutliersOptions, 'input'>, known = plannedColumns(given)) {
    super()
    this.#options = parseOptions('table.outliers', schema, given)
    this.#known = known
    this.#key = columnKeys(known)
  }

  override get columns(): ColumnEffects {
    return outlierColumns(this.#options)
  }

  /** Rejects rows whose value is no number and no date. */
  override async *process(all: AllRows, context: GlobalContext): AsyncIterable<Batch> {
    const { input, by = [], action, output } = this.#options
    const type = columnTypeIn(input, this.#known)
    const ranges = await this.#ranges(all)
    for await (const { ids, rows } of all) {
      const kept: Row[] = []
      const keptIds: string[] = []
      for (const [index, row] of rows.entries()) {
        const id = ids[index] ?? ''
        const value = valueIn(row, input)
        const number = typeof value === 'number' ? value : numericOf(value, type)?.number
        if (value !== undefined && number === undefined) {
          const details = { column: input, expected: 'a number or a date', value: shownValue(value) }
          context.reject(id, row, tableError('MAESTRO_TABLE_SHAPE', details))
          continue
        }
        const range = ranges.get(groupKey(row, by, this.#key))
        // NaN lies in no range.
        const isOutlier =
          number === undefined ? null : !(range !== undefined && number >= range.low && number <= range.high)
        if (action === 'drop' && isOutlier === true) {
          context.dropped(id, `"${input}" is outside ${shownRange(range)}`)
          continue
        }
        keptIds.push(id)
        kept.push(action === 'drop' ? row : rowWith(row, [[output, isOutlier]]))
      }
      yield { ids: keptIds, rows: kept }
    }
  }

  async #ranges(all: AllRows): Promise<ReadonlyMap<string, Range>> {
    const { input, by = [], method, threshold = usual[method] } = this.#options
    const groups = new Map<string, NumberColumn>()
    for await (const { rows } of all) {
      for (const row of rows) {
        const numeric = numericOf(valueIn(row, input), columnTypeIn(input, this.#known))
        if (numeric === undefined) continue
        const key = groupKey(row, by, this.#key)
        const numbers = groups.get(key) ?? new NumberColumn()
        numbers.add(numeric.number)
        groups.set(key, numbers)
      }
    }
    return new Map(Array.from(groups, ([key, numbers]) => [key, rangeOf(numbers, method, threshold)]))
  }
}

function shownRange(range: Range | undefined): string {
  return range === undefined
    ? 'every range'
    : `${Number(range.low.toPrecision(6))} to ${Number(range.high.toPrecision(6))}`
}

function outlierColumns({ input, by = [], action, output }: OutliersOptions): ColumnEffects {
  return { reads: [input, ...by], ...(action === 'mark' ? { adds: { [output]: 'boolean' } } : {}) }
}

/** The row, with a mark unless outliers are dropped. */
export interface OutlierRow extends RowFunction {
  readonly row: this['options'] extends { readonly action: 'drop' }
    ? this['before']
    : With<this['before'], { [Name in OutputName<this['options']>]: boolean | null }>
}
type OutputName<Options> = Options extends { readonly output: infer Name extends string } ? Name : 'outlier'

/**
 * `table.outliers`: marks or drops rows whose value lies far from the others.
 *
 * @example .step('table.outliers', { input: 'stars', method: 'mad' })
 */
export const outliers = defineOperator({
  name: 'table.outliers',
  kind: 'opaque',
  description: 'Marks or drops rows whose value lies far from the others',
  options: fields,
  columns(options, before) {
    rememberColumns(options, before)
    return outlierColumns(options)
  },
  row: rowFunction<OutlierRow>(),
  create: (options) => new OutliersOperator(options),
})

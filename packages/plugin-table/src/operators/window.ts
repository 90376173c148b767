import {
  columns,
  defineOperator,
  type OutputOf,
  optionsSchema,
  parseOptions,
  type RowFunction,
  rowFunction,
  type TableStatement,
  type With,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import type { AggregateValue } from './aggregate.js'
import { sortKeys, sortKeysOption } from './sort-keys.js'
import { DuckDBTableOperator } from './table-class.js'

const rows = z.union([z.number().int().nonnegative(), z.literal('all')])

const fields = {
  /** The columns whose combinations of values form the groups within which rows see each other. @default one group */
  by: columns().optional(),
  /** The order of the rows within a group. Rows that compare as equal keep their order. @default the order of the input */
  orderBy: sortKeysOption().optional(),
  /** The direction of columns of `orderBy` that do not set their own. @default false */
  descending: z.boolean().optional(),
  /**
   * The rows that an aggregate sees with a row: `{ before: 2, after: 0 }` for a moving mean of three rows, or
   * `{ before: 'all', after: 0 }` for a running sum.
   *
   * @default with `orderBy`, the rows up to this one; without it, the whole group
   */
  frame: z.strictObject({ before: rows, after: rows }).optional(),
  /**
   * The added columns as SQL expressions: `{ place: 'row_number()', before: 'lag(price)', total: 'sum(price)' }`. A
   * function with a window of its own, `sum(x) over (...)`, keeps it.
   */
  values: z.record(z.string().min(1), z.string().min(1)),
}
const schema = optionsSchema(fields)

/** The options of `table.window`. */
export type WindowOptions = OutputOf<typeof fields>

function statements({ by = [], orderBy, descending, frame, values }: WindowOptions): readonly TableStatement[] {
  const keys = orderBy === undefined ? [] : sortKeys(orderBy, descending)
  return [{ kind: 'window', by, orderBy: keys, ...(frame === undefined ? {} : { frame }), values }]
}

/** The value of a window function, as far as its name and its column determine it. */
type WindowValue<Expression, Before> = Expression extends `${infer Name}(${infer Arguments})`
  ? Lowercase<Name> extends 'row_number' | 'rank' | 'dense_rank' | 'ntile' | 'percent_rank' | 'cume_dist'
    ? Arguments extends `${string})${string}`
      ? unknown
      : number
    : Lowercase<Name> extends 'lag' | 'lead' | 'first_value' | 'last_value' | 'min' | 'max'
      ? Arguments extends keyof Before
        ? Before[Arguments] | null
        : unknown
      : AggregateValue<Expression, Before>
  : unknown

/** The row with the added columns. */
export interface WindowRow extends RowFunction {
  readonly row: this['options'] extends { readonly values: infer Values }
    ? With<this['before'], { -readonly [Name in keyof Values]: WindowValue<Values[Name], this['before']> }>
    : never
}

/**
 * `table.window`: adds columns that are computed from the rows around each row: its number, its rank, the row before it, a
 * running sum. The rows, their ids, and their order stay.
 *
 * @example .step('table.window', { by: ['city'], orderBy: 'stars', values: { place: 'row_number()', sum: 'sum(stars)' } })
 */
export const window = defineOperator({
  name: 'table.window',
  kind: 'table',
  description: 'Adds columns computed from the rows around each row, such as ranks and running sums',
  options: fields,
  row: rowFunction<WindowRow>(),
  create: (given) => () => statements(given),
})

/**
 * Adds columns that are computed from the rows around each row.
 *
 * @example await new WindowRowsOperator({ orderBy: 'day', values: { total: 'sum(amount)' } }).run(storage)
 */
export class WindowRowsOperator extends DuckDBTableOperator {
  override readonly statements: readonly TableStatement[]

  constructor(given: WindowOptions) {
    super()
    this.statements = statements(parseOptions('table.window', schema, given))
  }
}

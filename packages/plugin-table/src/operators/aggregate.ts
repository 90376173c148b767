import {
  columns,
  defineOperator,
  type Only,
  type OutputOf,
  optionsSchema,
  parseOptions,
  type RowFunction,
  rowFunction,
  type TableStatement,
  type With,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import { DuckDBTableOperator } from './table-class.js'

const fields = {
  /** The columns whose combinations of values form the groups. @default one group of all rows */
  by: columns().optional(),
  /** The columns of the result as SQL expressions: `{ n: 'count(*)', mean: 'avg(price)' }`. */
  values: z.record(z.string(), z.string().min(1)),
}
const schema = optionsSchema(fields)

/** The options of `table.aggregate`. */
export type AggregateOptions = OutputOf<typeof fields>

function statements({ by = [], values }: AggregateOptions): readonly TableStatement[] {
  return [{ kind: 'aggregate', by, values }]
}

/** The value of an aggregate, as far as its function and its column determine it. */
export type AggregateValue<Expression, Before> = Expression extends `${infer Name}(${infer Argument})`
  ? ValueByFunction<Lowercase<Name>, Argument extends keyof Before ? Before[Argument] : unknown>
  : unknown
type ValueByFunction<Name, Column> = Name extends 'count' | 'stddev' | 'var_samp'
  ? number
  : Name extends 'avg' | 'mean'
    ? Column extends Date
      ? Date
      : number
    : Name extends 'sum' | 'median'
      ? Sum<Column>
      : unknown
/** Sums of decimal numbers, which are text, are text. Small sums of big integers are numbers. */
type Sum<Column> = unknown extends Column ? unknown : Column extends bigint ? number | bigint : Column

type KeyOf<Options> = Options extends { readonly by: readonly (infer Name)[] } ? Name : never

/** The columns of the key and those of the values. */
export interface AggregateRow extends RowFunction {
  readonly row: this['options'] extends { readonly values: infer Values }
    ? With<
        Only<this['before'], KeyOf<this['options']> & keyof this['before']>,
        { -readonly [Name in keyof Values]: AggregateValue<Values[Name], this['before']> }
      >
    : never
}

/**
 * `table.aggregate`: one row for each group, in the order in which the groups first appear.
 *
 * @example .step('table.aggregate', { by: ['city'], values: { shops: 'count(*)', stars: 'avg(stars)' } })
 */
export const aggregate = defineOperator({
  name: 'table.aggregate',
  kind: 'table',
  description: 'Makes one row of each group of rows',
  options: fields,
  row: rowFunction<AggregateRow>(),
  create: (given) => () => statements(given),
})

/** Makes one row of each group of rows. */
export class AggregateRowsOperator extends DuckDBTableOperator {
  override readonly statements: readonly TableStatement[]

  constructor(given: AggregateOptions) {
    super()
    this.statements = statements(parseOptions('table.aggregate', schema, given))
  }
}

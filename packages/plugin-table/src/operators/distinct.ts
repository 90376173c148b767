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
} from '@maestro-dataflow/core'
import { DuckDBTableOperator } from './table-class.js'

const fields = {
  /** The columns of the result. */
  columns: columns().refine((names) => names.length > 0, 'at least one column is expected'),
}
const schema = optionsSchema(fields)

/** The options of `table.distinct`. */
export type DistinctOptions = OutputOf<typeof fields>

function statements({ columns: by }: DistinctOptions): readonly TableStatement[] {
  return [{ kind: 'aggregate', by, values: {} }]
}

/** Only the given columns. */
export interface DistinctRow extends RowFunction {
  readonly row: this['options'] extends { readonly columns: readonly (infer Name)[] }
    ? Only<this['before'], Name & keyof this['before']>
    : never
}

/**
 * `table.distinct`: the different combinations of values of some columns, in the order in which they first appear.
 * `table.dedupe` keeps whole rows instead.
 *
 * @example .step('table.distinct', { columns: ['city'] })
 */
export const distinct = defineOperator({
  name: 'table.distinct',
  kind: 'table',
  description: 'Makes one row of each combination of values of some columns',
  options: fields,
  row: rowFunction<DistinctRow>(),
  create: (given) => () => statements(given),
})

/** Makes one row of each combination of values of some columns. */
export class DistinctRowsOperator extends DuckDBTableOperator {
  override readonly statements: readonly TableStatement[]
  constructor(given: DistinctOptions) {
    super()
    this.statements = statements(parseOptions('table.distinct', schema, given))
  }
}

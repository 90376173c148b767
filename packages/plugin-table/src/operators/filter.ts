import { defineOperator, type OutputOf, optionsSchema, parseOptions, type TableStatement } from '@maestro-dataflow/core'
import { z } from 'zod'
import { DuckDBTableOperator } from './table-class.js'

const value = z.union([z.string(), z.number(), z.boolean(), z.null()])

const fields = {
  /** An SQL expression over the columns. Rows for which it is true are kept. */
  where: z.string().min(1),
  /** The values of the `$name` parameters in the expression. They are bound and never interpreted as SQL. */
  params: z.record(z.string(), value).optional(),
}
const schema = optionsSchema(fields)

/** The options of `table.filter`. */
export type TableFilterOptions = OutputOf<typeof fields>

function statements({ where, params }: TableFilterOptions): readonly TableStatement[] {
  return [{ kind: 'filter', where, ...(params === undefined ? {} : { params }) }]
}

/**
 * `table.filter`: keeps the rows for which an expression is true.
 *
 * @example .step('table.filter', { where: 'stars >= $least', params: { least: 3 } })
 */
export const filter = defineOperator({
  name: 'table.filter',
  kind: 'table',
  description: 'Keeps the rows for which an SQL expression is true',
  options: fields,
  create: (given) => () => statements(given),
})

/**
 * Keeps the rows for which an SQL expression is true.
 *
 * @example await new FilterRowsOperator({ where: 'stars > $least', params: { least: 3 } }).run(storage)
 */
export class FilterRowsOperator extends DuckDBTableOperator {
  override readonly statements: readonly TableStatement[]

  constructor(given: TableFilterOptions) {
    super()
    this.statements = statements(parseOptions('table.filter', schema, given))
  }
}

import { defineOperator, type TableStatement } from '@maestro-dataflow/core'
import { z } from 'zod'
import { DuckDBTableOperator } from './table-class.js'

const options = z.strictObject({
  by: z.array(z.string()).optional().describe('The columns whose values make a group; default: one group of all rows'),
  values: z
    .record(z.string(), z.string().min(1))
    .describe("Columns of the result by SQL expressions, such as { n: 'count(*)', mean: 'avg(price)' }"),
})

export type AggregateOptions = z.infer<typeof options>

function statements({ by = [], values }: AggregateOptions): readonly TableStatement[] {
  return [{ kind: 'aggregate', by, values }]
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
  options,
  create: (given) => () => statements(given),
})

/** Makes one row of each group of rows. */
export class AggregateRowsOperator extends DuckDBTableOperator {
  override readonly statements: readonly TableStatement[]

  constructor(given: AggregateOptions) {
    super()
    this.statements = statements(options.parse(given))
  }
}

import { defineOperator, type TableStatement } from '@maestro-dataflow/core'
import { z } from 'zod'
import { DuckDBTableOperator } from './table-class.js'

const options = z.strictObject({
  count: z.number().int().nonnegative().describe('Rows to keep at most'),
  offset: z.number().int().nonnegative().optional().describe('Rows to pass over before'),
})

export type LimitOptions = z.infer<typeof options>

function statements({ count, offset = 0 }: LimitOptions): readonly TableStatement[] {
  return [{ kind: 'limit', count, offset }]
}

/**
 * `table.limit`: the first rows.
 *
 * @example .step('table.limit', { count: 2, offset: 1 })
 */
export const limit = defineOperator({
  name: 'table.limit',
  kind: 'table',
  description: 'Keeps the first rows',
  options,
  create: (given) => () => statements(given),
})

/** Keeps the first rows. */
export class LimitRowsOperator extends DuckDBTableOperator {
  override readonly statements: readonly TableStatement[]

  constructor(given: LimitOptions) {
    super()
    this.statements = statements(options.parse(given))
  }
}

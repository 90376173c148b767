import { defineOperator, type OutputOf, optionsSchema, parseOptions, type TableStatement } from '@maestro-dataflow/core'
import { z } from 'zod'
import { DuckDBTableOperator } from './table-class.js'

const fields = {
  /** The number of rows to keep. */
  count: z.number().int().nonnegative(),
  /** The number of rows to skip before them. @default 0 */
  offset: z.number().int().nonnegative().optional(),
}
const schema = optionsSchema(fields)

/** The options of `table.limit`. */
export type LimitOptions = OutputOf<typeof fields>

function statements({ count, offset = 0 }: LimitOptions): readonly TableStatement[] {
  return [{ kind: 'limit', count, offset }]
}

/**
 * `table.limit`: keeps the first rows.
 *
 * @example .step('table.limit', { count: 2, offset: 1 })
 */
export const limit = defineOperator({
  name: 'table.limit',
  kind: 'table',
  description: 'Keeps the first rows',
  options: fields,
  create: (given) => () => statements(given),
})

/** Keeps the first rows. */
export class LimitRowsOperator extends DuckDBTableOperator {
  override readonly statements: readonly TableStatement[]

  constructor(given: LimitOptions) {
    super()
    this.statements = statements(parseOptions('table.limit', schema, given))
  }
}

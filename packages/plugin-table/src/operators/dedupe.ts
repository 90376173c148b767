import { defineOperator, type TableStatement } from '@maestro-dataflow/core'
import { z } from 'zod'
import { DuckDBTableOperator } from './table-class.js'

const options = z.strictObject({
  by: z.array(z.string()).optional().describe('Rows with the same values here are duplicates; default: the whole row'),
  keep: z.enum(['first', 'last']).optional().describe('Which of the duplicates stays; default first'),
})

export type DedupeOptions = z.infer<typeof options>

function statements({ by = [], keep = 'first' }: DedupeOptions): readonly TableStatement[] {
  return [{ kind: 'dedupe', by, keep }]
}

/**
 * `table.dedupe`: one row of each set of duplicates stays, in its place and under its id.
 *
 * @example .step('table.dedupe', { by: ['city'], keep: 'last' })
 */
export const dedupe = defineOperator({
  name: 'table.dedupe',
  kind: 'table',
  description: 'Keeps one row of each set of duplicates',
  options,
  create: (given) => () => statements(given),
})

/** Keeps one row of each set of duplicates. */
export class DedupeRowsOperator extends DuckDBTableOperator {
  override readonly statements: readonly TableStatement[]

  constructor(given: DedupeOptions = {}) {
    super()
    this.statements = statements(options.parse(given))
  }
}

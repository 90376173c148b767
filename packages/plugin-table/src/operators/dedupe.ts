import {
  columns,
  defineOperator,
  type OutputOf,
  optionsSchema,
  parseOptions,
  type TableStatement,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import { DuckDBTableOperator } from './table-class.js'

const fields = {
  /** The columns whose values identify duplicates. @default the whole row */
  by: columns().optional(),
  /** The row of each set of duplicates that is kept. @default 'first' */
  keep: z.enum(['first', 'last']).optional(),
}
const schema = optionsSchema(fields)

/** The options of `table.dedupe`. */
export type DedupeOptions = OutputOf<typeof fields>

function statements({ by = [], keep = 'first' }: DedupeOptions): readonly TableStatement[] {
  return [{ kind: 'dedupe', by, keep }]
}

/**
 * `table.dedupe`: keeps one row of each set of duplicates, with its position and its id.
 *
 * @example .step('table.dedupe', { by: ['city'], keep: 'last' })
 */
export const dedupe = defineOperator({
  name: 'table.dedupe',
  kind: 'table',
  description: 'Keeps one row of each set of duplicates',
  options: fields,
  create: (given) => () => statements(given),
})

/** Keeps one row of each set of duplicates. */
export class DedupeRowsOperator extends DuckDBTableOperator {
  override readonly statements: readonly TableStatement[]

  constructor(given: DedupeOptions = {}) {
    super()
    this.statements = statements(parseOptions('table.dedupe', schema, given))
  }
}

import {
  columns,
  defineOperator,
  type OutputOf,
  optionsSchema,
  parseOptions,
  type TableStatement,
  unless,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import { DuckDBTableOperator } from './table-class.js'

const fields = {
  /** The number of rows to keep. Set either `count` or `fraction`. */
  count: unless('fraction', z.number().int().nonnegative()),
  /** The share of rows to keep, from 0 to 1. */
  fraction: z.number().min(0).max(1).optional(),
  /**
   * The columns that form groups: `count` rows are taken from each group, which balances them, or the same `fraction` of
   * each. Groups that are smaller than `count` stay whole.
   *
   * @default one group of all rows
   */
  by: columns().optional(),
  /** The seed of the random choice. The same seed chooses the same rows of the same input. @default 0 */
  seed: z.number().int().optional(),
}
const schema = optionsSchema(fields)

/** The options of `table.sample`. */
export type SampleOptions = OutputOf<typeof fields>

function statements(given: SampleOptions): readonly TableStatement[] {
  const chosen = given.fraction === undefined ? { count: given.count ?? 0 } : { fraction: given.fraction }
  const groups = given.by === undefined ? {} : { by: given.by }
  return [{ kind: 'sample', seed: given.seed ?? 0, ...groups, ...chosen }]
}

/**
 * `table.sample`: keeps randomly chosen rows, in their order. The same seed and input give the same sample.
 *
 * @example .step('table.sample', { count: 2, seed: 7 })
 */
export const sample = defineOperator({
  name: 'table.sample',
  kind: 'table',
  description: 'Keeps randomly chosen rows; the same seed gives the same sample',
  options: fields,
  create: (given) => () => statements(given),
})

/** Keeps randomly chosen rows, in their order. */
export class SampleRowsOperator extends DuckDBTableOperator {
  override readonly statements: readonly TableStatement[]

  constructor(given: SampleOptions) {
    super()
    this.statements = statements(parseOptions('table.sample', schema, given))
  }
}

import { defineOperator, type TableStatement } from '@maestro-dataflow/core'
import { z } from 'zod'
import { DuckDBTableOperator } from './table-class.js'

const seed = z.number().int().optional().describe('Another seed, another sample; default 0')
const options = z.union([
  z.strictObject({ count: z.number().int().nonnegative().describe('How many rows'), seed }),
  z.strictObject({ fraction: z.number().min(0).max(1).describe('About which share of the rows, 0 to 1'), seed }),
])

export type SampleOptions = z.infer<typeof options>

function statements(given: SampleOptions): readonly TableStatement[] {
  const chosen = 'count' in given ? { count: given.count } : { fraction: given.fraction }
  return [{ kind: 'sample', seed: given.seed ?? 0, ...chosen }]
}

/**
 * `table.sample`: rows chosen by chance, in their order; the same seed and input give the same sample.
 *
 * @example .step('table.sample', { count: 2, seed: 7 })
 */
export const sample = defineOperator({
  name: 'table.sample',
  kind: 'table',
  description: 'Keeps rows chosen by chance; the same seed gives the same sample',
  options,
  create: (given) => () => statements(given),
})

/** Keeps rows chosen by chance, in their order. */
export class SampleRowsOperator extends DuckDBTableOperator {
  override readonly statements: readonly TableStatement[]

  constructor(given: SampleOptions) {
    super()
    this.statements = statements(options.parse(given))
  }
}

import {
  column,
  defineOperator,
  type OutputOf,
  optionsSchema,
  parseOptions,
  type TableStatement,
} from '@maestro-dataflow/core'
import { z } from 'zod'
import { DuckDBTableOperator } from './table-class.js'

const key = z.strictObject({
  column: column(),
  descending: z.boolean().optional(),
  nulls: z.enum(['first', 'last']).optional(),
})

const fields = {
  /** The columns to sort by: one or several, each a name or `{ column, descending, nulls }`. */
  by: z.union([column(), z.array(z.union([column(), key])).min(1)]),
  /** The direction of columns that do not set their own. @default false */
  descending: z.boolean().optional(),
}
const schema = optionsSchema(fields)

export type TableSortOptions = OutputOf<typeof fields>

function statements({ by, descending = false }: TableSortOptions): readonly TableStatement[] {
  const keys = (typeof by === 'string' ? [by] : by).map((part) => (typeof part === 'string' ? { column: part } : part))
  return [
    {
      kind: 'sort',
      by: keys.map((part) => ({
        column: part.column,
        descending: part.descending ?? descending,
        nulls: part.nulls ?? 'last',
      })),
    },
  ]
}

/**
 * `table.sort`: sorts rows by columns. Rows that compare as equal keep their order; rows without a value come last.
 *
 * @example .step('table.sort', { by: [{ column: 'stars', descending: true }, 'city'] })
 */
export const sort = defineOperator({
  name: 'table.sort',
  kind: 'table',
  description: 'Sorts the rows; those that compare alike keep their order',
  options: fields,
  create: (given) => () => statements(given),
})

/**
 * Sorts rows by columns.
 *
 * @example await new SortRowsOperator({ by: [{ column: 'stars', descending: true }, 'id'] }).run(storage)
 */
export class SortRowsOperator extends DuckDBTableOperator {
  override readonly statements: readonly TableStatement[]

  constructor(given: TableSortOptions) {
    super()
    this.statements = statements(parseOptions('table.sort', schema, given))
  }
}

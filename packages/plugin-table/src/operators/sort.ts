import { defineOperator, type OutputOf, optionsSchema, parseOptions, type TableStatement } from '@maestro-dataflow/core'
import { z } from 'zod'
import { sortKeys, sortKeysOption } from './sort-keys.js'
import { DuckDBTableOperator } from './table-class.js'

const fields = {
  /** The columns to sort by: one or several, each a name or `{ column, descending, nulls }`. */
  by: sortKeysOption(),
  /** The direction of columns that do not set their own. @default false */
  descending: z.boolean().optional(),
}
const schema = optionsSchema(fields)

/** The options of `table.sort`. */
export type TableSortOptions = OutputOf<typeof fields>

function statements({ by, descending }: TableSortOptions): readonly TableStatement[] {
  return [{ kind: 'sort', by: sortKeys(by, descending) }]
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

import type { ColumnSet, TableFile } from '@maestro-dataflow/core'
import type { CheckedStatement } from './checked-statement.js'
import type { ColumnValues } from './column-values.js'

/** The parts of a query. */
export interface QueryParts {
  /** A relation of `#maestro.line`, `#maestro.position`, and the extracted columns, without blank lines. */
  readonly relation: string
  readonly values: ColumnValues
  readonly checked: CheckedStatement
  /** The text that is written for a row that stays. */
  readonly emit: string
  /** The format of the input, and its columns. */
  readonly format: TableFile['format']
  readonly columns: ColumnSet
  /** The columns of the result whose JSON an aggregate gives beside the text. @default none */
  readonly beside?: readonly string[]
}

/** The lines with the typed columns that the statement reads. */
export function withColumns({
  relation,
  values,
  checked,
}: Pick<QueryParts, 'relation' | 'values' | 'checked'>): string {
  return `(SELECT *${values.selection(checked.reads)} FROM ${relation})`
}

import {
  type ColumnEffects,
  type ColumnSet,
  columnNames,
  type RowFunction,
  rowFromEntries,
  type With,
} from '@maestro-dataflow/core'
import { columnTypeIn } from '../../engine/known-columns.js'
import { rememberColumns } from '../planned-columns.js'
import { columnsOf, type OtherRow, type OtherTable } from './other-table.js'

/** The options of a join that decide about its columns. */
interface ColumnOptions {
  readonly right: OtherTable
  readonly by: readonly string[]
  readonly on?: readonly string[] | undefined
  readonly asOf?: string | undefined
  readonly columnPrefix: string
  readonly how: string
}

/** Whether the rows of the other table add columns. */
export const addsColumns = ({ how }: Pick<ColumnOptions, 'how'>): boolean => how !== 'semi' && how !== 'anti'

/** What a join does to columns. */
export function joinColumns(given: ColumnOptions, before: ColumnSet): ColumnEffects {
  rememberColumns(given, before)
  const { right, by, on = by, asOf, columnPrefix, how } = given
  const reads = asOf === undefined ? by : [...by, asOf]
  if (!addsColumns(given)) return { reads }
  const other = columnsOf(right)
  if (other.open) return { reads, opaque: true }
  const added = columnNames(other.columns)
    .filter((name) => !on.includes(name))
    .map((name) => [name, columnTypeIn(name, other)] as const)
  // A key of the other table may have another type.
  const keys =
    how === 'right' || how === 'full'
      ? by.map((name, index) => [name, sameType(before, name, other, on[index])] as const)
      : []
  return {
    reads,
    adds: rowFromEntries([...keys, ...added.map(([name, type]) => [columnPrefix + name, type] as const)]),
  }
}

function sameType(before: ColumnSet, name: string, other: ColumnSet, on = name) {
  const type = columnTypeIn(name, before)
  return columnTypeIn(on, other) === type ? type : 'unknown'
}

/** The row with the columns of the matching row. */
export interface JoinedTableRow extends RowFunction {
  readonly row: this['options'] extends { readonly how: 'semi' | 'anti' }
    ? this['before']
    : With<this['before'], Joined<OtherRow<this['options']>, PrefixOf<this['options']>, OnOf<this['options']>>>
}
type Joined<Right, Prefix extends string, On> = {
  [Name in Exclude<keyof Right, On> & string as `${Prefix}${Name}`]: Right[Name] | null
}
type PrefixOf<Options> = Options extends { readonly columnPrefix: infer Prefix extends string } ? Prefix : 'right_'
type OnOf<Options> = Options extends { readonly on: readonly (infer Name)[] }
  ? Name
  : Options extends { readonly by: readonly (infer Name)[] }
    ? Name
    : never

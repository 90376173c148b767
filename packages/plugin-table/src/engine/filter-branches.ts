import type { ColumnSet, MaestroError, TableStatement } from '@maestro-dataflow/core'
import { ColumnValues, type KnownColumns, type Mode } from './column-values.js'
import type { Database } from './connect.js'
import type { ExtractedColumns } from './extracted-columns.js'
import type { Kind } from './kinds.js'
import { kindSql, type LearnedColumns } from './learn-columns.js'
import { prepareStatement } from './prepare-statement.js'

/** A filter's expression for the rows whose columns hold values of certain kinds. */
export interface FilterBranch {
  readonly known: KnownColumns
  /** The kinds of the columns that hold several kinds. The branch applies to the rows with these kinds. */
  readonly set: ReadonlyMap<string, Kind>
  /** The expression in the form that SQL computes for these kinds. */
  readonly where: string
  /** The reason why the expression has no meaning for values of these kinds. */
  readonly fault?: MaestroError
}

/**
 * A filter's expression for each combination of kinds in the rows: in a column of numbers and texts, numbers are
 * computed as numbers and texts as texts.
 */
export async function filterBranches(
  { connection }: Database,
  statement: Extract<TableStatement, { kind: 'filter' }>,
  columns: ColumnSet,
  learned: LearnedColumns,
): Promise<readonly FilterBranch[]> {
  const branches: FilterBranch[] = []
  for (const set of learned.sets) {
    const taken = new Map([...learned.columns, ...Array.from(set, ([name, kind]) => [name, { kind }] as const)])
    const open: ColumnSet = { columns: columns.columns, open: true }
    const { faults, known, where = statement.where } = await prepareStatement(connection, statement, open, taken)
    const [fault] = faults
    branches.push(fault === undefined ? { known, set, where } : { known: taken, set, where, fault })
  }
  return branches
}

/** The input of a filter. */
export interface FilterParts {
  readonly relation: string
  readonly extracted: ExtractedColumns
  readonly mode: Mode
  readonly reads: readonly string[]
}

/** A relation of the rows of a branch with their typed columns. */
export function branchRows({ known, set }: FilterBranch, parts: FilterParts): string {
  const { relation, extracted, reads } = parts
  const values = valuesOf(known, parts)
  const conditions = Array.from(set, ([name, kind]) => {
    const found = kindSql(extracted.json(name), extracted.format)
    return kind === 'unknown' ? `(${found}) IS NULL` : `(${found}) = '${kind}'`
  })
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`
  return `(SELECT *${values.selection(reads)} FROM (SELECT * FROM ${relation}${where}))`
}

/** The columns that a filter reads, with the kinds of a branch. */
export function valuesOf(known: KnownColumns, { extracted, mode, reads }: FilterParts): ColumnValues {
  const kinds: KnownColumns = new Map(reads.map((name) => [name, known.get(name) ?? { kind: 'unknown' }]))
  return new ColumnValues(extracted, kinds, mode)
}

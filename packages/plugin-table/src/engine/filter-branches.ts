import type { ColumnSet, MaestroError, TableFile, TableStatement } from '@maestro-dataflow/core'
import { ColumnValues, type KnownColumns, type Mode } from './column-values.js'
import type { Database } from './connect.js'
import type { Kind } from './kinds.js'
import { kindSql, type LearnedColumns } from './learn-columns.js'
import { positionColumn } from './lines.js'
import { prepareStatement } from './prepare-statement.js'

/** A filter's expression over the rows whose columns hold values of certain kinds. */
export interface FilterBranch {
  readonly known: KnownColumns
  /** The kinds of the columns that hold several: the branch is for the rows with these. */
  readonly set: ReadonlyMap<string, Kind>
  /** Why the expression has no meaning for values of these kinds. */
  readonly fault?: MaestroError
}

/**
 * A filter's expression for each set of kinds that rows hold: in a column of numbers and texts, numbers are computed with as
 * numbers and texts as texts.
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
    const { faults, known } = await prepareStatement(connection, statement, open, taken)
    const [fault] = faults
    branches.push({ known: fault === undefined ? known : taken, set, ...(fault === undefined ? {} : { fault }) })
  }
  return branches
}

/** What a filter is run over. */
export interface FilterParts {
  readonly relation: string
  readonly format: TableFile['format']
  readonly mode: Mode
  readonly reads: readonly string[]
}

/** The rows of a branch with their typed columns: a relation. */
export function branchRows({ known, set }: FilterBranch, parts: FilterParts): string {
  const { relation, format, mode, reads } = parts
  const values = new ColumnValues(
    format,
    new Map(reads.map((name) => [name, known.get(name) ?? { kind: 'unknown' }])),
    mode,
  )
  const conditions = Array.from(set, ([name, kind]) => {
    const found = kindSql(values.json(name), format)
    return kind === 'unknown' ? `(${found}) IS NULL` : `(${found}) = '${kind}'`
  })
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`
  return `(SELECT *${values.selection(reads)} FROM (SELECT * FROM ${values.extract(relation)}${where}))`
}

/** The query of a filter: the text of the rows that stay, in order. */
export function filterQuery(
  where: string,
  parts: FilterParts & { readonly emit: string; readonly branches: readonly FilterBranch[] },
): string {
  const { emit, branches } = parts
  const [only, ...others] = branches
  if (only !== undefined && others.length === 0)
    return `SELECT ${emit} FROM ${branchRows(only, parts)} WHERE (${where}\n)`
  const kept = branches.map(
    (branch) => `SELECT ${emit} AS text, ${positionColumn} FROM ${branchRows(branch, parts)} WHERE (${where}\n)`,
  )
  return `SELECT text FROM (${kept.join(' UNION ALL ')}) ORDER BY ${positionColumn}`
}

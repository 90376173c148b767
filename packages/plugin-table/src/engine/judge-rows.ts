import type { TableStatement } from '@maestro-dataflow/core'
import type { ColumnValues } from './column-values.js'
import { type Database, firstRow, isDataFault } from './connect.js'
import { branchRows, type FilterBranch, valuesOf } from './filter-branches.js'
import type { KnownLines } from './known-lines.js'
import { lineColumn, positionColumn } from './lines.js'

/**
 * The fault number of a row for which the expression cannot be computed. Other fault numbers are those of columns, from
 * 0.
 */
export const wrongExpression = -1

/** The fault number of the rows of a branch in which the expression has no meaning. */
export function branchFault(index: number): number {
  return wrongExpression - 1 - index
}

/** A table of rows with their faults. */
export const judgedTable = `judged (${positionColumn} BIGINT, ${lineColumn} VARCHAR, "#maestro.fault" INTEGER, "#maestro.kept" BOOLEAN)`

/** The number of the first column whose value SQL cannot hold, or NULL. */
export function misfit(values: ColumnValues, reads: readonly string[]): string {
  const cases = reads.map((column, index) => `WHEN ${values.misfit(column)} THEN ${index}`)
  return cases.length === 0 ? 'CAST(NULL AS INTEGER)' : `CASE ${cases.join(' ')} END`
}

/** Whether DuckDB refuses TRY for an expression because its result varies, such as random(). */
export function isTryRefused(error: unknown): boolean {
  return error instanceof Error && error.message.includes('TRY')
}

/**
 * Computes a filter's expression once for each row, and stores in `judged` whether the row is kept or which fault it
 * has.
 */
export async function judgeRows(
  { connection }: Database,
  { params }: Extract<TableStatement, { kind: 'filter' }>,
  lines: KnownLines,
): Promise<void> {
  for (const [index, branch] of lines.branches.entries()) {
    if (branch.fault === undefined) await judgeBranch(branch)
    else await judge(branch, 'NULL', String(branchFault(index)), 'NULL')
  }

  async function judgeBranch(branch: FilterBranch): Promise<void> {
    const fault = `coalesce(${misfitOf(branch)}, CASE WHEN "#maestro.value" IS NULL THEN ${wrongExpression} END)`
    try {
      await judge(branch, `TRY({'value': (${branch.where}\n)})`, fault, '"#maestro.value".value')
    } catch (error) {
      if (!isTryRefused(error)) throw error
      const [first, last] = await firstRow(
        connection,
        `SELECT min(${positionColumn}), max(${positionColumn}) FROM ${lines.relation}`,
      )
      if (first !== null) await judgeRange(branch, Number(first), Number(last))
    }
  }

  /**
   * Computes the expression for the rows between two positions. If a row fails, the range is halved until that row
   * stands alone.
   */
  async function judgeRange(branch: FilterBranch, first: number, last: number): Promise<void> {
    const relation = `(SELECT * FROM ${lines.relation} WHERE ${positionColumn} BETWEEN ${first} AND ${last})`
    const fault = misfitOf(branch)
    try {
      await judge(
        branch,
        `CASE WHEN (${fault}) IS NULL THEN (${branch.where}\n) END`,
        fault,
        '"#maestro.value"',
        relation,
      )
    } catch (error) {
      if (!isDataFault(error)) throw error
      if (first === last) return judge(branch, 'NULL', String(wrongExpression), 'NULL', relation)
      const middle = Math.floor((first + last) / 2)
      await judgeRange(branch, first, middle)
      await judgeRange(branch, middle + 1, last)
    }
  }

  function misfitOf({ known }: FilterBranch): string {
    const { reads } = lines.checked
    return misfit(valuesOf(known, { ...lines, mode: 'tolerant', reads }), reads)
  }

  async function judge(branch: FilterBranch, value: string, fault: string, kept: string, relation = lines.relation) {
    const rows = branchRows(branch, { ...lines, relation, mode: 'tolerant', reads: lines.checked.reads })
    const judged = `SELECT ${positionColumn}, ${lineColumn}, ${fault}, ${kept} FROM (SELECT *, ${value} AS "#maestro.value" FROM ${rows})`
    // The parameters of an expression that is not computed cannot be bound.
    await connection.run(`INSERT INTO judged ${judged}`, value === 'NULL' ? undefined : { ...params })
  }
}

import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Columns, MaestroError, TableCounts } from '@maestro-dataflow/core'
import { tableError } from '../errors.js'
import { shownValue } from '../values/shown-value.js'
import { ColumnValues } from './column-values.js'
import { firstRow, isDataFault, reasonOf } from './connect.js'
import { ExtractedColumns } from './extracted-columns.js'
import { branchRows, type FilterBranch } from './filter-branches.js'
import { branchFault, judgedTable, judgeRows, misfit } from './judge-rows.js'
import { columnTypeIn } from './known-columns.js'
import { lineColumn, positionColumn, usualLineBytes } from './lines.js'
import { type KnownLines, loadLines, lookAtLines, runQuery, type StatementRun } from './run-statement.js'
import { siftLines } from './sift-lines.js'

/**
 * Runs a statement over files in which some lines or values are not as declared: those rows go to the rejects one by
 * one, the rest goes through the statement.
 *
 * @param directory For a copy of the input.
 */
export async function runTolerantly(run: StatementRun, directory: string): Promise<TableCounts> {
  const { database, statement, checked } = run
  const path = join(directory, 'sifted.jsonl')
  try {
    const sifted = await siftLines(run.input, path, declaredColumns(run), run.reject)
    const used = [...checked.reads, ...checked.keys]
    await loadLines(database, [sifted.file], {
      idsNeeded: false,
      looked: new Map(),
      used,
      longest: Math.max(sifted.longest, usualLineBytes),
    })
    const lines = await lookAtLines(run, new ExtractedColumns('step', used), 'tolerant')
    await database.connection.run(`CREATE OR REPLACE TEMP TABLE ${judgedTable}`)
    if (statement.kind === 'filter') await judgeRows(database, statement, lines)
    else await findMisfits(run, lines)
    const rejected = await rejectFaulty(run, lines)
    const counts = await runQuery(run, soundRows(run, lines), 'tolerant')
    return { ...counts, rowsIn: counts.rowsIn + rejected + sifted.rejected, rejected: rejected + sifted.rejected }
  } finally {
    await rm(path, { force: true })
  }
}

/** The columns whose values must be of their types: of lines of a source all, of a step file those that are used. */
function declaredColumns({ input, columns, checked }: StatementRun): Columns {
  if (input[0]?.format === 'rows') return columns.columns
  const used = [...checked.reads, ...checked.keys]
  return Object.fromEntries(used.map((name) => [name, columnTypeIn(name, columns)]))
}

/** The rows that are not rejected. A filter is computed once for each row: what it keeps is known. */
function soundRows({ statement }: StatementRun, lines: KnownLines): KnownLines {
  if (statement.kind !== 'filter') {
    const relation = `(SELECT * FROM ${lines.relation} WHERE ${positionColumn} NOT IN (SELECT ${positionColumn} FROM judged))`
    return { ...lines, relation }
  }
  const relation = `(SELECT * FROM judged WHERE "#fault" IS NULL ORDER BY ${positionColumn})`
  const checked = { ...lines.checked, reads: [] }
  return { ...lines, relation, checked, branches: [{ known: new Map(), set: new Map(), where: '"#kept"' }] }
}

/** Puts the rows with values that SQL cannot hold into the table `judged`, with the number of the column. */
async function findMisfits({ database }: StatementRun, { extracted, learned, checked, relation }: KnownLines) {
  const values = new ColumnValues(extracted, new Map([...learned.columns, ...checked.known]), 'tolerant')
  const faults = `SELECT ${positionColumn}, ${lineColumn}, ${misfit(values, checked.reads)} AS fault FROM ${relation}`
  await database.connection.run(`INSERT INTO judged SELECT *, NULL FROM (${faults}) WHERE fault IS NOT NULL`)
}

/** Hands the faulty rows to the rejects, in order. @returns how many */
async function rejectFaulty(run: StatementRun, lines: KnownLines): Promise<number> {
  const { decodeStepLine } = await import('@maestro-dataflow/core/runtime')
  const { connection } = run.database
  const result = await connection.stream(
    `SELECT ${positionColumn}, ${lineColumn}, "#fault" FROM judged WHERE "#fault" IS NOT NULL ORDER BY 1`,
  )
  const rows: { readonly position: number; readonly line: string; readonly fault: number }[] = []
  for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk())
    for (const [position, line, fault] of chunk.getRows())
      rows.push({ position: Number(position), line: String(line), fault: Number(fault) })
  for (const { position, line, fault } of rows) {
    const { id, row } = decodeStepLine(line)
    const column = lines.checked.reads[fault]
    const error =
      column === undefined
        ? await expressionError(
            run,
            lines,
            position,
            lines.branches.find((_, index) => branchFault(index) === fault),
          )
        : valueError(column, row[column], lines)
    run.reject({ id, row, error })
  }
  return rows.length
}

function valueError(column: string, value: unknown, lines: KnownLines): MaestroError {
  const kind = lines.learned.columns.get(column)?.kind ?? 'unknown'
  return tableError('MAESTRO_TABLE_VALUE_RANGE', { column, type: kind, value: shownValue(value) })
}

/** Computes a filter's expression for one row alone, to hear what is wrong with it. */
async function expressionError(
  { database, statement }: StatementRun,
  lines: KnownLines,
  position: number,
  unfit: FilterBranch | undefined,
): Promise<MaestroError> {
  const expression = statement.kind === 'filter' ? statement.where : ''
  const fail = (reason: string, cause?: unknown) =>
    tableError('MAESTRO_TABLE_EXPRESSION_ROW', { expression, reason }, cause)
  if (unfit?.fault !== undefined) return fail(reasonOf(unfit.fault.cause ?? unfit.fault), unfit.fault)
  const bound = statement.kind === 'filter' ? statement.params : undefined
  const relation = `(SELECT * FROM ${lines.relation} WHERE ${positionColumn} = ${position})`
  for (const branch of lines.branches) {
    if (branch.fault !== undefined) continue
    const rows = branchRows(branch, { ...lines, relation, mode: 'tolerant', reads: lines.checked.reads })
    try {
      await firstRow(database.connection, `SELECT (${branch.where}\n) FROM ${rows}`, bound)
    } catch (error) {
      if (!isDataFault(error)) throw error
      return fail(reasonOf(error), error)
    }
  }
  return fail('its result is not known')
}

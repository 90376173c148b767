import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Columns, MaestroError, TableCounts } from '@maestro-dataflow/core'
import { tableError } from '../errors.js'
import { shownValue } from '../values/shown-value.js'
import { ColumnValues } from './column-values.js'
import { firstRow, isDataFault, reasonOf } from './connect.js'
import { branchRows, type FilterBranch } from './filter-branches.js'
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
  const { database } = run
  const path = join(directory, 'sifted.jsonl')
  try {
    const sifted = await siftLines(run.input, path, declaredColumns(run), run.reject)
    await loadLines(database, [sifted.file], {
      idsNeeded: false,
      declared: new Map(),
      longest: Math.max(sifted.longest, usualLineBytes),
    })
    const lines = await lookAtLines(run, 'step', 'tolerant')
    await findFaultyRows(run, lines)
    const rejected = await rejectFaulty(run, lines)
    const relation = `(SELECT * FROM ${lines.relation} WHERE ${positionColumn} NOT IN (SELECT ${positionColumn} FROM faulty))`
    const branches = lines.branches.filter(({ fault }) => fault === undefined)
    const counts = await runQuery(run, { ...lines, relation, branches }, 'tolerant')
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

/**
 * Puts the rows for which the statement cannot be computed into the table `faulty`: with the number of the column whose value
 * SQL cannot hold, -1 when it is the expression, or less for a branch in which it has no meaning.
 */
async function findFaultyRows({ database, statement }: StatementRun, lines: KnownLines): Promise<void> {
  const { connection } = database
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE faulty (${positionColumn} BIGINT, ${lineColumn} VARCHAR, fault INTEGER)`,
  )
  const { reads } = lines.checked
  if (statement.kind !== 'filter') {
    const values = new ColumnValues('step', new Map([...lines.learned.columns, ...lines.checked.known]), 'tolerant')
    const faults = misfits(values, reads)
    if (faults !== '') await insertFaulty(`CASE ${faults} END`, values.extract(lines.relation))
    return
  }
  const parts = { relation: lines.relation, format: 'step', mode: 'tolerant', reads } as const
  for (const [index, branch] of lines.branches.entries()) {
    const rows = branchRows(branch, parts)
    const values = valuesOf(branch, reads)
    const failing = `WHEN TRY({'value': (${statement.where}\n)}) IS NULL THEN -1`
    const fault = branch.fault === undefined ? `CASE ${misfits(values, reads)} ${failing} END` : String(-2 - index)
    await insertFaulty(fault, rows, statement.params)
  }

  async function insertFaulty(
    fault: string,
    rows: string,
    values?: Readonly<Record<string, string | number | boolean | null>>,
  ) {
    await connection.run(
      `INSERT INTO faulty SELECT * FROM (SELECT ${positionColumn}, ${lineColumn}, ${fault} AS fault FROM ${rows}) WHERE fault IS NOT NULL`,
      { ...values },
    )
  }
}

function valuesOf({ known }: FilterBranch, reads: readonly string[]): ColumnValues {
  return new ColumnValues(
    'step',
    new Map(reads.map((name) => [name, known.get(name) ?? { kind: 'unknown' }])),
    'tolerant',
  )
}

function misfits(values: ColumnValues, reads: readonly string[]): string {
  return reads.map((column, index) => `WHEN ${values.misfit(column)} THEN ${index}`).join(' ')
}

/** Hands the faulty rows to the rejects, in order. @returns how many */
async function rejectFaulty(run: StatementRun, lines: KnownLines): Promise<number> {
  const { decodeStepLine } = await import('@maestro-dataflow/core/runtime')
  const { connection } = run.database
  const result = await connection.stream(`SELECT ${positionColumn}, ${lineColumn}, fault FROM faulty ORDER BY 1`)
  const rows: { readonly position: number; readonly line: string; readonly fault: number }[] = []
  for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk())
    for (const [position, line, fault] of chunk.getRows())
      rows.push({ position: Number(position), line: String(line), fault: Number(fault) })
  for (const { position, line, fault } of rows) {
    const { id, row } = decodeStepLine(line)
    const column = lines.checked.reads[fault]
    const error =
      column === undefined
        ? await expressionError(run, lines, position, lines.branches[-2 - fault])
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
    const rows = branchRows(branch, { relation, format: 'step', mode: 'tolerant', reads: lines.checked.reads })
    try {
      await firstRow(database.connection, `SELECT (${expression}\n) FROM ${rows}`, bound)
    } catch (error) {
      if (!isDataFault(error)) throw error
      return fail(reasonOf(error), error)
    }
  }
  return fail('its result is not known')
}

import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { type Columns, decodeStepLine, type MaestroError, type TableCounts } from '@maestro-dataflow/core'
import { tableError } from '../errors.js'
import { shownValue } from '../values/shown-value.js'
import { emptyTable } from './bind-expression.js'
import type { CheckedStatement } from './checked-statement.js'
import { ColumnValues } from './column-values.js'
import { firstRow, isDataFault, reasonOf } from './connect.js'
import { isOverflow, withExactSums } from './exact-sums.js'
import { ExtractedColumns } from './extracted-columns.js'
import { branchRows, type FilterBranch } from './filter-branches.js'
import { branchFault, isTryRefused, judgedTable, judgeRows, misfit, wrongExpression } from './judge-rows.js'
import { columnTypeIn } from './known-columns.js'
import type { KnownLines } from './known-lines.js'
import { lineColumn, positionColumn, usualLineBytes } from './lines.js'
import { loadLines } from './load-lines.js'
import { withWindowColumns } from './prepare-window.js'
import { withColumns } from './query-parts.js'
import { rowExpressions, rowPartsOfWindows } from './row-expressions.js'
import { lookAtLines, type QueryOptions, runQuery, type StatementRun } from './run-statement.js'
import { siftLines } from './sift-lines.js'

/**
 * Runs a statement over files in which some lines or values are invalid. Those rows are rejected one by one, and the
 * statement processes the others.
 *
 * @param directory The folder for a copy of the input.
 */
export async function runTolerantly(run: StatementRun, directory: string): Promise<TableCounts> {
  const { database, statement, checked } = run
  const path = join(directory, 'sifted.jsonl')
  try {
    const sifted = await siftLines(run.input, path, declaredColumns(run), run.columns.open, run.reject)
    const used = [...checked.reads, ...checked.keys]
    await loadLines(database, [sifted.file], {
      idsNeeded: false,
      looked: new Map(),
      used,
      columns: run.columns,
      longest: Math.max(sifted.longest, usualLineBytes),
    })
    const lines = await lookAtLines(run, new ExtractedColumns('step', used), 'tolerant')
    await database.connection.run(`CREATE OR REPLACE TEMP TABLE ${judgedTable}`)
    if (statement.kind === 'filter') await judgeRows(database, statement, lines)
    else await findMisfits(run, lines)
    const faulty = await rejectFaulty(run, lines)
    const query = { mode: 'tolerant', files: [sifted.file], offsets: [0], rejected: faulty } as const
    const sound = soundRows(run, lines)
    const counts = await runQuery(run, sound, query).catch((error: unknown) => {
      if (isOverflow(error)) return runExactly(run, sound, query, error)
      throw error
    })
    const rejected = faulty.length + sifted.rejected
    return { ...counts, rowsIn: counts.rowsIn + rejected, rejected }
  } finally {
    await rm(path, { force: true })
  }
}

/**
 * The columns whose values must be of their types: all columns for the lines of a source, the used columns for a step
 * file.
 */
function declaredColumns({ input, columns, checked }: StatementRun): Columns {
  if (input[0]?.format === 'rows') return columns.columns
  const used = [...checked.reads, ...checked.keys]
  return Object.fromEntries(used.map((name) => [name, columnTypeIn(name, columns)]))
}

/** Runs a statement whose results are too large with sums of any size. @throws MAESTRO_TABLE_RESULT_RANGE */
async function runExactly(
  run: StatementRun,
  lines: KnownLines,
  query: QueryOptions,
  overflow: unknown,
): Promise<TableCounts> {
  const { statement, database } = run
  const { checked, learned } = lines
  const windows = statement.kind === 'window' ? statement : { by: [], orderBy: [] }
  const known = new Map([...learned.columns, ...checked.known])
  const table = withWindowColumns(emptyTable(checked.reads, known), windows)
  const { exact, limited } = await withExactSums(database.connection, checked, table)
  const tooLarge = (error: unknown) =>
    tableError('MAESTRO_TABLE_RESULT_RANGE', { expressions: limited, reason: reasonOf(error) }, error)
  if (limited.length === Object.keys(checked.values).length) throw tooLarge(overflow)
  try {
    return await runQuery(run, { ...lines, checked: exact }, query)
  } catch (error) {
    throw isOverflow(error) ? tooLarge(error) : error
  }
}

/** The rows that are not rejected. A filter is computed only once for each row, so its result is already known. */
function soundRows({ statement }: StatementRun, lines: KnownLines): KnownLines {
  if (statement.kind !== 'filter') {
    const relation = `(SELECT * FROM ${lines.relation} WHERE ${positionColumn} NOT IN (SELECT ${positionColumn} FROM judged))`
    return { ...lines, relation }
  }
  const relation = `(SELECT * FROM judged WHERE "#maestro.fault" IS NULL ORDER BY ${positionColumn})`
  const checked = { ...lines.checked, reads: [] }
  return { ...lines, relation, checked, branches: [{ known: new Map(), set: new Map(), where: '"#maestro.kept"' }] }
}

/**
 * Adds to the table `judged` the rows with values that SQL cannot hold, and the rows for which an aggregate cannot
 * compute its arguments.
 */
async function findMisfits({ database: { connection } }: StatementRun, lines: KnownLines) {
  const { extracted, learned, checked } = lines
  const values = new ColumnValues(extracted, new Map([...learned.columns, ...checked.known]), 'tolerant', checked.shown)
  const judge = async (pieces: readonly string[]) => {
    const tried = pieces.map((piece) => `WHEN TRY({'value': (${piece}\n)}) IS NULL THEN ${wrongExpression}`)
    const wrong = tried.length === 0 ? 'NULL' : `CASE ${tried.join(' ')} END`
    const rows = withColumns({ relation: lines.relation, values, checked })
    const faults = `SELECT ${positionColumn}, ${lineColumn}, coalesce(${misfit(values, checked.reads)}, ${wrong}) AS "#maestro.fault" FROM ${rows}`
    await connection.run(`INSERT INTO judged SELECT *, NULL FROM (${faults}) WHERE "#maestro.fault" IS NOT NULL`)
  }
  try {
    await judge(await argumentsOf(connection, checked))
  } catch (error) {
    // DuckDB refuses TRY for expressions whose result varies, such as random().
    if (!isTryRefused(error)) throw error
    await judge([])
  }
}

/** The expressions that an aggregate or a window function computes for each row. */
async function argumentsOf(
  connection: DuckDBConnection,
  { values, adds }: CheckedStatement,
): Promise<readonly string[]> {
  const parts = adds === undefined ? rowExpressions : rowPartsOfWindows
  const pieces = await Promise.all(Object.values(values).map(({ expression }) => parts(connection, expression)))
  return pieces.flat()
}

/** Passes the faulty rows to `reject`, in order. @returns their positions */
async function rejectFaulty(run: StatementRun, lines: KnownLines): Promise<readonly number[]> {
  const { connection } = run.database
  const result = await connection.stream(
    `SELECT ${positionColumn}, ${lineColumn}, "#maestro.fault" FROM judged WHERE "#maestro.fault" IS NOT NULL ORDER BY 1`,
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
  return rows.map(({ position }) => position)
}

function valueError(column: string, value: unknown, lines: KnownLines): MaestroError {
  const kind = lines.learned.columns.get(column)?.kind ?? 'unknown'
  return tableError('MAESTRO_TABLE_VALUE_RANGE', { column, type: kind, value: shownValue(value) })
}

/** Computes an expression for one row alone, to get its error. */
async function expressionError(
  { database: { connection }, statement }: StatementRun,
  lines: KnownLines,
  position: number,
  unfit: FilterBranch | undefined,
): Promise<MaestroError> {
  const relation = `(SELECT * FROM ${lines.relation} WHERE ${positionColumn} = ${position})`
  const { extracted, learned, checked } = lines
  const fail = (expression: string, reason: string, cause?: unknown) =>
    tableError('MAESTRO_TABLE_EXPRESSION_ROW', { expression, reason }, cause)
  const tries: { readonly expression: string; readonly query: string }[] = []
  if (statement.kind === 'filter') {
    const { where } = statement
    if (unfit?.fault !== undefined) return fail(where, reasonOf(unfit.fault.cause ?? unfit.fault), unfit.fault)
    for (const branch of lines.branches) {
      if (branch.fault !== undefined) continue
      const rows = branchRows(branch, { ...lines, relation, mode: 'tolerant', reads: checked.reads })
      tries.push({ expression: where, query: `SELECT (${branch.where}\n) FROM ${rows}` })
    }
  } else {
    const values = new ColumnValues(
      extracted,
      new Map([...learned.columns, ...checked.known]),
      'tolerant',
      checked.shown,
    )
    const rows = withColumns({ relation, values, checked })
    for (const piece of await argumentsOf(connection, checked))
      tries.push({ expression: piece, query: `SELECT (${piece}\n) FROM ${rows}` })
  }
  for (const { expression, query } of tries) {
    try {
      await firstRow(connection, query, statement.kind === 'filter' ? statement.params : undefined)
    } catch (error) {
      if (!isDataFault(error)) throw error
      return fail(expression, reasonOf(error), error)
    }
  }
  return fail(tries[0]?.expression ?? '', 'its result is not known.')
}

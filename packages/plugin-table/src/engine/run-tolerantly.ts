import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ColumnType, MaestroError, TableCounts } from '@maestro-dataflow/core'
import { tableError } from '../errors.js'
import { ColumnValues, typeOf } from './column-values.js'
import { firstRow, isDataFault, reasonOf } from './connect.js'
import { lineColumn, positionColumn, usualLineBytes } from './lines.js'
import { loadLines, runQuery, type StatementRun } from './run-statement.js'
import { siftLines } from './sift-lines.js'
import { withColumns } from './statement-query.js'

/**
 * Runs a statement over files in which some lines or values are not as declared: those rows go to the rejects one by
 * one, the rest goes through the statement.
 *
 * @param directory For a copy of the input.
 */
export async function runTolerantly(run: StatementRun, directory: string): Promise<TableCounts> {
  const { database, statement, checked, columns, reject } = run
  const path = join(directory, 'sifted.jsonl')
  try {
    const sifted = await siftLines(run.input, path, reject)
    await loadLines(database, [sifted.file], {
      idsNeeded: false,
      validate: false,
      longest: Math.max(sifted.longest, usualLineBytes),
    })
    const lines = `(SELECT ${lineColumn}, rowid AS ${positionColumn} FROM lines)`
    const values = new ColumnValues('step', columns, 'tolerant')
    const faulty = checked.reads
      .map((column, index) => `WHEN ${values.misfit(column)} THEN ${index}`)
      .concat(statement.kind === 'filter' ? [`WHEN TRY({'value': (${statement.where}\n)}) IS NULL THEN -1`] : [])
    const bound = statement.kind === 'filter' ? statement.values : undefined
    const found = faulty.length === 0 ? 'NULL' : `CASE ${faulty.join(' ')} END`
    const typed = withColumns({ relation: lines, values, checked })
    await database.connection.run(
      `CREATE OR REPLACE TEMP TABLE faulty AS SELECT * FROM (SELECT ${positionColumn}, ${lineColumn}, ${found} AS fault FROM ${typed}) WHERE fault IS NOT NULL ORDER BY ${positionColumn}`,
      { ...bound },
    )
    const rejected = await rejectFaulty(run, values)
    const counts = await runQuery(run, lines, 'step', 'tolerant', [], `SELECT ${positionColumn} FROM faulty`)
    return { ...counts, rowsIn: counts.rowsIn + rejected + sifted.rejected, rejected: rejected + sifted.rejected }
  } finally {
    await rm(path, { force: true })
  }
}

/** Hands the faulty rows to the rejects, in order. @returns how many */
async function rejectFaulty(run: StatementRun, values: ColumnValues): Promise<number> {
  const { decodeStepLine } = await import('@maestro-dataflow/core/runtime')
  const { connection } = run.database
  const result = await connection.stream(`SELECT ${positionColumn}, ${lineColumn}, fault FROM faulty ORDER BY 1`)
  const rows: { readonly position: number; readonly line: string; readonly fault: number }[] = []
  for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk())
    for (const [position, line, fault] of chunk.getRows())
      rows.push({ position: Number(position), line: String(line), fault: Number(fault) })
  for (const { position, line, fault } of rows) {
    const { id, row } = decodeStepLine(line)
    const column = run.checked.reads[fault]
    const error =
      column === undefined
        ? await expressionError(run, values, position)
        : valueError(column, typeOf(column, run.columns), row[column])
    run.reject({ id, row, error })
  }
  return rows.length
}

function valueError(column: string, type: ColumnType, value: unknown): MaestroError {
  const shown =
    typeof value === 'string' ? `"${value.slice(0, 80)}"` : String(JSON.stringify(value) ?? value).slice(0, 80)
  return tableError('MAESTRO_TABLE_VALUE', { column, type, value: shown })
}

/** Computes a filter's expression for one row alone, to hear what is wrong with it. */
async function expressionError(run: StatementRun, values: ColumnValues, position: number): Promise<MaestroError> {
  const { database, statement, checked } = run
  const expression = statement.kind === 'filter' ? statement.where : ''
  const bound = statement.kind === 'filter' ? statement.values : undefined
  const row = `(SELECT ${lineColumn} FROM lines WHERE rowid = ${position})`
  try {
    await firstRow(
      database.connection,
      `SELECT (${expression}\n) FROM ${withColumns({ relation: row, values, checked })}`,
      bound,
    )
    return tableError('MAESTRO_TABLE_EXPRESSION_ROW', { expression, reason: 'its result is not known' })
  } catch (error) {
    if (!isDataFault(error)) throw error
    return tableError('MAESTRO_TABLE_EXPRESSION_ROW', { expression, reason: reasonOf(error) }, error)
  }
}

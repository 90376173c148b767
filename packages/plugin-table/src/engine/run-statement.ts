import type { ColumnSet, TableCounts, TableFile, TableRequest, TableStatement } from '@maestro-dataflow/core'
import { ColumnValues, type Mode } from './column-values.js'
import { type Database, firstRow } from './connect.js'
import { lineColumn, positionColumn, readLines, rowText, validLine, writeLines } from './lines.js'
import type { CheckedStatement } from './prepare-statement.js'
import { literal } from './sql-text.js'
import { statementQuery } from './statement-query.js'

/** One statement over files, with what it needs. */
export interface StatementRun {
  readonly database: Database
  readonly statement: TableStatement
  readonly checked: CheckedStatement
  readonly input: readonly TableFile[]
  readonly columns: ColumnSet
  readonly output: TableFile
  readonly reject: TableRequest['reject']
}

/**
 * Runs a statement at full speed. The first line or value that is not as declared ends it with an error and no row is
 * lost: the caller then takes the slow way.
 */
export async function runStatement(run: StatementRun): Promise<TableCounts> {
  const { database, statement, input } = run
  const [file, ...others] = input
  const idsNeeded = file?.format === 'rows' && run.output.format === 'step'
  if (statement.kind === 'filter' && others.length === 0 && file !== undefined && !idsNeeded)
    return runQuery(run, readLines(file), file.format, 'strict')
  const parsed = statement.kind === 'sort' || (statement.kind === 'dedupe' && statement.by.length > 0)
  const offsets = await loadLines(database, input, { idsNeeded, validate: !parsed })
  const relation = `(SELECT ${lineColumn}, rowid AS ${positionColumn} FROM lines)`
  const counts = await runQuery(run, relation, file?.format ?? 'step', 'strict', offsets)
  await database.connection.run('DROP TABLE lines')
  return counts
}

export interface LoadOptions {
  /** Whether rows get ids here, so that a line stands in a step file as it is. */
  readonly idsNeeded: boolean
  /** Whether the statement parses no lines itself. */
  readonly validate: boolean
  /** Bytes of the longest line, where it is known to be longer than usual. */
  readonly longest?: number
}

/** Puts lines into a table: the place of a row is its row id. @returns the first place of each file */
export async function loadLines(
  { connection }: Database,
  files: readonly TableFile[],
  { idsNeeded, validate, longest = 0 }: LoadOptions,
): Promise<readonly number[]> {
  await connection.run(`CREATE OR REPLACE TEMP TABLE lines (${lineColumn} VARCHAR)`)
  const offsets: number[] = []
  for (const file of files) {
    const [count] = await firstRow(connection, 'SELECT count(*) FROM lines')
    offsets.push(Number(count))
    // A step file would take a user's own `$` keys for tagged values; the slow way escapes them.
    const line = validate ? validLine(file.format) : lineColumn
    const text = idsNeeded ? `CASE WHEN contains(${lineColumn}, '"$') THEN error('a tag') ELSE ${line} END` : line
    await connection.run(`INSERT INTO lines SELECT ${text} FROM ${readLines(file, longest)}`)
  }
  return offsets
}

/**
 * Writes the result of a statement over a relation of lines.
 *
 * @param offsets Where each input file begins, when rows get their ids here.
 * @param without SQL of positions that are left out.
 */
export async function runQuery(
  { database, statement, checked, input, columns, output }: StatementRun,
  lines: string,
  format: TableFile['format'],
  mode: Mode,
  offsets: readonly number[] = [],
  without?: string,
): Promise<TableCounts> {
  const { connection } = database
  const excluded = without === undefined ? '' : ` AND ${positionColumn} NOT IN (${without})`
  const relation = `(SELECT * FROM ${lines} WHERE ${lineColumn} IS NOT NULL${excluded})`
  const values = new ColumnValues(format, columns, mode)
  const emit =
    statement.kind === 'filter' && format === output.format
      ? validLine(format)
      : emitLine(format, output, input, offsets)
  const query = statementQuery(statement, { format, relation, values, checked, emit })
  const bound = statement.kind === 'filter' ? statement.values : undefined
  const [rowsOut] = await firstRow(connection, writeLines(query, output.path), bound)
  const [rowsIn] = await firstRow(connection, `SELECT count(${lineColumn}) FROM ${relation}`)
  return countRows(statement, Number(rowsIn), Number(rowsOut))
}

/** The text of a row in the output: its own line, wrapped or unwrapped where the formats differ. */
function emitLine(
  format: TableFile['format'],
  output: TableFile,
  input: readonly TableFile[],
  offsets: readonly number[],
): string {
  if (format === output.format) return lineColumn
  if (format === 'step') return rowText('step')
  const prefixes = input.map((file) => literal(JSON.stringify(file.idPrefix ?? '').slice(0, -1)))
  // The file of a row is the last that begins at or before its place.
  const at = offsets.map((offset) => `(${positionColumn} >= ${offset})::INTEGER`).join(' + ')
  const pick = (list: readonly (string | number)[]) => (input.length === 1 ? list[0] : `[${list.join(', ')}][${at}]`)
  const [prefix, offset] = [pick(prefixes), pick(offsets)]
  return `'{"id":' || ${prefix} || (${positionColumn} - ${offset} + 1) || '","row":' || ${lineColumn} || '}'`
}

function countRows(statement: TableStatement, rowsIn: number, rowsOut: number): TableCounts {
  const base = { rowsIn, rowsOut, rejected: 0, dropped: 0, merged: 0, created: 0 }
  switch (statement.kind) {
    case 'dedupe':
      return { ...base, merged: rowsIn - rowsOut }
    case 'aggregate':
      return { ...base, merged: rowsIn, created: rowsOut }
    default:
      return { ...base, dropped: rowsIn - rowsOut }
  }
}

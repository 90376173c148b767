import type { ColumnSet, TableCounts, TableFile, TableRequest, TableStatement } from '@maestro-dataflow/core'
import { ColumnValues, type KnownColumns, type Mode } from './column-values.js'
import { type Database, firstRow, RowsUnfit } from './connect.js'
import { type FilterBranch, filterBranches, filterQuery } from './filter-branches.js'
import type { Kind } from './kinds.js'
import { columnTypeIn } from './known-columns.js'
import { type LearnedColumns, learnColumns, needsLearning } from './learn-columns.js'
import { lineColumn, positionColumn, readLines, rowText, validLine, writeLines } from './lines.js'
import { type CheckedStatement, prepareStatement } from './prepare-statement.js'
import { literal } from './sql-text.js'
import { statementQuery } from './statement-query.js'
import { wholeRowColumns } from './whole-row.js'

/** One statement over files, with what it needs. */
export interface StatementRun {
  readonly database: Database
  readonly statement: TableStatement
  /** The statement as it was checked against the plan's columns. */
  readonly checked: CheckedStatement
  readonly input: readonly TableFile[]
  readonly columns: ColumnSet
  readonly output: TableFile
  readonly reject: TableRequest['reject']
}

/** A relation of lines, with what is known of its columns. */
export interface KnownLines {
  /** A relation of `#line` and `#position`, without blank lines. */
  readonly relation: string
  readonly format: TableFile['format']
  readonly learned: LearnedColumns
  readonly checked: CheckedStatement
  /** Of a filter: its expression for each set of kinds. */
  readonly branches: readonly FilterBranch[]
}

/**
 * Runs a statement at full speed. The first line or value that is not as declared ends it with an error and no row is
 * lost: the caller then takes the slow way.
 */
export async function runStatement(run: StatementRun): Promise<TableCounts> {
  const { database, statement, checked, columns, input } = run
  const [file, ...others] = input
  const format = file?.format ?? 'step'
  const idsNeeded = format === 'rows' && run.output.format === 'step'
  const used = [...checked.reads, ...checked.keys]
  const declared = format === 'rows' ? Object.keys(columns.columns) : used
  const isKnown = !used.some((column) => needsLearning(column, columns))
  if (statement.kind === 'filter' && file !== undefined && others.length === 0 && !idsNeeded && isKnown) {
    const learned = { columns: knownColumns(used, columns), sets: [new Map()] }
    const lines = fittingLines(readLines(file), format, knownColumns(declared, columns), lineColumn)
    const relation = `(SELECT * FROM ${lines} WHERE ${lineColumn} IS NOT NULL)`
    const branches = [{ known: checked.known, set: new Map() }]
    return runQuery(run, { relation, format, learned, checked, branches }, 'strict')
  }
  const offsets = await loadLines(database, input, { idsNeeded, declared: knownColumns(declared, columns) })
  const lines = await lookAtLines(run, format, 'strict')
  if (lines.branches.some(({ fault }) => fault !== undefined)) throw new RowsUnfit()
  const counts = await runQuery(run, lines, 'strict', offsets)
  await database.connection.run('DROP TABLE lines')
  return counts
}

function knownColumns(names: readonly string[], columns: ColumnSet): KnownColumns {
  return new Map(names.map((name) => [name, { kind: columnTypeIn(name, columns) as Kind }]))
}

export interface LoadOptions {
  /** Whether rows get ids here, so that a line stands in a step file as it is. */
  readonly idsNeeded: boolean
  /** Columns whose values are to be of their types. */
  readonly declared: KnownColumns
  /** Bytes of the longest line, where it is known to be longer than usual. */
  readonly longest?: number
}

/** Puts lines into a table: the place of a row is its row id. @returns the first place of each file */
export async function loadLines(
  { connection }: Database,
  files: readonly TableFile[],
  { idsNeeded, declared, longest = 0 }: LoadOptions,
): Promise<readonly number[]> {
  await connection.run(`CREATE OR REPLACE TEMP TABLE lines (${lineColumn} VARCHAR)`)
  const offsets: number[] = []
  for (const file of files) {
    const [count] = await firstRow(connection, 'SELECT count(*) FROM lines')
    offsets.push(Number(count))
    // A step file would take a user's own `$` keys for tagged values; the slow way escapes them.
    const text = idsNeeded
      ? `CASE WHEN contains(${lineColumn}, '"$') THEN error('a tag') ELSE ${lineColumn} END`
      : lineColumn
    await connection.run(
      `INSERT INTO lines SELECT ${lineColumn} FROM ${fittingLines(readLines(file, longest), file.format, declared, text)}`,
    )
  }
  return offsets
}

/** Lines whose declared columns are of their types, and that are JSON from end to end; others end the query. */
function fittingLines(lines: string, format: TableFile['format'], declared: KnownColumns, text: string): string {
  const values = new ColumnValues(format, declared, 'strict')
  const fits = values.fits(declared)
  if (fits === undefined)
    return `(SELECT CASE WHEN ${validLine(format)} IS NULL THEN NULL ELSE ${text} END AS ${lineColumn} FROM ${lines})`
  return `(SELECT CASE WHEN ${lineColumn} IS NULL OR (${fits}) THEN ${text} ELSE error('a value is not of its type') END AS ${lineColumn} FROM ${values.extract(lines)})`
}

/** Looks at the loaded lines where the plan does not know the types of columns, and checks the statement with them. */
export async function lookAtLines(
  run: StatementRun,
  format: TableFile['format'],
  mode: Mode,
  without?: string,
): Promise<KnownLines> {
  const { database, statement, columns } = run
  const excluded = without === undefined ? '' : ` AND rowid NOT IN (${without})`
  const relation = `(SELECT ${lineColumn}, rowid AS ${positionColumn} FROM lines WHERE ${lineColumn} IS NOT NULL${excluded})`
  const { reads, keys } = run.checked
  const isWholeRow = statement.kind === 'dedupe' && keys.length === 0
  const compared = isWholeRow ? await wholeRowColumns(database, relation, format) : keys
  const used = [...new Set([...reads, ...compared])]
  const learned = await learnColumns(database, relation, format, used, columns, mode === 'tolerant')
  if (statement.kind === 'filter') {
    const branches = await filterBranches(database, statement, columns, learned)
    return { relation, format, learned, checked: run.checked, branches }
  }
  const checked = await prepareStatement(
    database.connection,
    statement,
    { columns: columns.columns, open: true },
    learned.columns,
  )
  const [fault] = checked.faults
  if (fault !== undefined) throw fault
  return { relation, format, learned, checked: isWholeRow ? { ...checked, keys: compared } : checked, branches: [] }
}

/**
 * Writes the result of a statement over a relation of lines.
 *
 * @param offsets Where each input file begins, when rows get their ids here.
 */
export async function runQuery(
  { database, statement, input, output }: StatementRun,
  { relation, format, learned, checked, branches }: KnownLines,
  mode: Mode,
  offsets: readonly number[] = [],
): Promise<TableCounts> {
  const { connection } = database
  const emit = emitLine(format, output, input, offsets)
  const values = new ColumnValues(format, new Map([...learned.columns, ...checked.known]), mode)
  const query =
    statement.kind === 'filter'
      ? filterQuery(statement.where, { relation, format, mode, emit, reads: checked.reads, branches })
      : statementQuery(statement, { relation, values, checked, emit })
  const bound = statement.kind === 'filter' ? statement.params : undefined
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
  if (format === 'step') return rowText()
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

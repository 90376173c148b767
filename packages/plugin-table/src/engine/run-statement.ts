import type { ColumnSet, TableCounts, TableFile, TableRequest, TableStatement } from '@maestro-dataflow/core'
import { ColumnValues, type KnownColumns, type Mode } from './column-values.js'
import { type Database, firstRow, RowsUnfit } from './connect.js'
import { ExtractedColumns } from './extracted-columns.js'
import { filterBranches, filterQuery } from './filter-branches.js'
import { fittingValues } from './fitting-values.js'
import type { Kind } from './kinds.js'
import { columnTypeIn } from './known-columns.js'
import type { KnownLines } from './known-lines.js'
import { learnColumns, needsLearning } from './learn-columns.js'
import { reportLeftOut } from './left-out.js'
import { usualKeys } from './line-keys.js'
import { lineColumn, positionColumn, readLines, rowText, unsoundLine, writeLines } from './lines.js'
import { type CheckedStatement, prepareStatement } from './prepare-statement.js'
import { literal } from './sql-text.js'
import { statementQuery } from './statement-query.js'
import { isStrictJson } from './strict-json.js'
import { hasOnlyColumns } from './undeclared-columns.js'
import { wholeRowColumns } from './whole-row.js'

/** A statement over files, with everything that it needs. */
export interface StatementRun {
  readonly database: Database
  readonly statement: TableStatement
  /** The statement, checked against the plan's columns. */
  readonly checked: CheckedStatement
  readonly input: readonly TableFile[]
  readonly columns: ColumnSet
  readonly output: TableFile
  readonly reject: TableRequest['reject']
  readonly leftOut: TableRequest['leftOut']
}

/**
 * Runs a statement at full speed. The first invalid line or value ends it with an error. No row is lost, because the
 * caller then takes the slow path.
 */
export async function runStatement(run: StatementRun): Promise<TableCounts> {
  const { database, statement, checked, columns, input } = run
  const [file, ...others] = input
  const format = file?.format ?? 'step'
  const idsNeeded = format === 'rows' && run.output.format === 'step'
  const used = [...checked.reads, ...checked.keys]
  // Nothing has checked the lines of a source yet.
  const looked = knownColumns(format === 'rows' ? [...used, ...Object.keys(columns.columns)] : used, columns)
  const isKnown = !used.some((column) => needsLearning(column, columns))
  const usual = file === undefined ? [] : await usualKeys(database, file)
  if (statement.kind === 'filter' && file !== undefined && others.length === 0 && !idsNeeded && isKnown) {
    const extracted = new ExtractedColumns(format, looked.keys(), usual)
    const relation = extracted.extract(`(SELECT * FROM ${readLines(file)} WHERE ${lineColumn} IS NOT NULL)`)
    const learned = { columns: knownColumns(used, columns), sets: [new Map()], isUnfit: false }
    const branches = [{ known: checked.known, set: new Map(), where: checked.where ?? statement.where }]
    const lines = { relation, extracted, learned, checked, branches }
    const numbered = `(SELECT *, row_number() OVER () - 1 AS ${positionColumn} FROM ${readLines(file)})`
    const placed = extracted.extract(`(SELECT * FROM ${numbered} WHERE ${lineColumn} IS NOT NULL)`)
    return runQuery(run, lines, 'strict', { guard: soundLine(extracted, looked, columns, false), placed })
  }
  const offsets = await loadLines(database, input, { idsNeeded, looked, used, columns, usual })
  const lines = await lookAtLines(run, new ExtractedColumns(format, used, usual), 'strict')
  if (lines.branches.some(({ fault }) => fault !== undefined)) throw new RowsUnfit()
  const counts = await runQuery(run, lines, 'strict', { offsets })
  await database.connection.run('DROP TABLE lines')
  return counts
}

function knownColumns(names: readonly string[], columns: ColumnSet): KnownColumns {
  return new Map(names.map((name) => [name, { kind: columnTypeIn(name, columns) as Kind }]))
}

export interface LoadOptions {
  /** Whether rows get their ids here, so that a line is valid in a step file unchanged. */
  readonly idsNeeded: boolean
  /** Columns whose values must be of their types: the used columns, and others. */
  readonly looked: KnownColumns
  /** Columns whose JSON is kept beside the lines. */
  readonly used: readonly string[]
  /** The columns of the rows. */
  readonly columns: ColumnSet
  /** The keys of the first line. */
  readonly usual?: readonly string[]
  /** The length of the longest line in bytes, if it is known to exceed the default. */
  readonly longest?: number
}

/**
 * Loads lines and the used columns into a table. The position of a row is its row id.
 *
 * @returns the first position of each file
 */
export async function loadLines(
  { connection }: Database,
  files: readonly TableFile[],
  { idsNeeded, looked, used, columns, usual, longest = 0 }: LoadOptions,
): Promise<readonly number[]> {
  const format = files[0]?.format ?? 'step'
  const kept = new ExtractedColumns(format, used)
  const extracted = new ExtractedColumns(format, [...kept.names, ...looked.keys()], usual)
  const json = kept.names.map((name) => kept.json(name))
  const table = [lineColumn, ...json].map((column) => `${column} VARCHAR`).join(', ')
  await connection.run(`CREATE OR REPLACE TEMP TABLE lines (${table})`)
  // A step file would interpret a user's own `$` keys as tagged values. The slow path escapes them.
  const text = idsNeeded
    ? `CASE WHEN contains(${lineColumn}, '"$') THEN error('a tag') ELSE ${lineColumn} END`
    : lineColumn
  const isSound = soundLine(extracted, looked, columns, idsNeeded)
  const line = `CASE WHEN ${lineColumn} IS NULL OR ${isSound} THEN ${text} ELSE ${unsoundLine} END`
  const offsets: number[] = []
  for (const file of files) {
    const [count] = await firstRow(connection, 'SELECT count(*) FROM lines')
    offsets.push(Number(count))
    const lines = extracted.extract(readLines(file, longest))
    await connection.run(`INSERT INTO lines SELECT ${[line, ...json].join(', ')} FROM ${lines}`)
  }
  return offsets
}

/**
 * An SQL condition for whether a line is entirely JSON, its values are of their types, and it has no columns that are not
 * declared. Lines of a step file are JSON.
 */
function soundLine(extracted: ExtractedColumns, looked: KnownColumns, columns: ColumnSet, forStep: boolean): string {
  const fits = fittingValues(looked, extracted, forStep)
  const conditions = fits === undefined ? [] : [fits]
  if (extracted.format === 'rows') {
    if (extracted.names.length === 0) conditions.push(`json_valid(${lineColumn})`)
    conditions.push(isStrictJson(extracted, looked))
    if (!columns.open) conditions.push(hasOnlyColumns(columns, extracted))
  }
  return conditions.length === 0 ? 'true' : `(${conditions.join(' AND ')})`
}

/**
 * Examines the loaded lines if the plan does not know the types of columns, and checks the statement with the result.
 */
export async function lookAtLines(run: StatementRun, loaded: ExtractedColumns, mode: Mode): Promise<KnownLines> {
  const { database, statement, columns } = run
  const { format } = loaded
  const json = loaded.names.map((name) => `, ${loaded.json(name)}`).join('')
  const rows = `(SELECT ${lineColumn}, rowid AS ${positionColumn}${json} FROM lines WHERE ${lineColumn} IS NOT NULL)`
  const isWholeRow = statement.kind === 'dedupe' && run.checked.keys.length === 0
  const compared = isWholeRow ? await wholeRowColumns(database, rows, format) : run.checked.keys
  const extracted = isWholeRow ? new ExtractedColumns(format, compared, loaded.usualKeys) : loaded
  const relation = isWholeRow ? extracted.extract(rows) : rows
  const learned = await learnColumns(database, relation, extracted, columns, {
    all: mode === 'tolerant',
    computed: statement.kind === 'aggregate' ? run.checked.reads : [],
  })
  if (learned.isUnfit && mode === 'strict') throw new RowsUnfit()
  if (statement.kind === 'filter') {
    const branches = await filterBranches(database, statement, columns, learned)
    return { relation, extracted, learned, checked: run.checked, branches }
  }
  const checked = await prepareStatement(
    database.connection,
    statement,
    { columns: columns.columns, open: true },
    learned.columns,
  )
  const [fault] = checked.faults
  if (fault !== undefined) throw fault
  return { relation, extracted, learned, checked: isWholeRow ? { ...checked, keys: compared } : checked, branches: [] }
}

interface QueryOptions {
  /** The position at which each input file begins, if rows get their ids here. */
  readonly offsets?: readonly number[]
  /** A condition that each line that a filter reads must meet. Without it, the lines have been loaded. */
  readonly guard?: string
  /** The relation with the positions of its lines, if it lacks them. */
  readonly placed?: string
}

/** Writes the result of a statement over a relation of lines. */
export async function runQuery(
  { database, statement, input, output, leftOut }: StatementRun,
  { relation, extracted, learned, checked, branches }: KnownLines,
  mode: Mode,
  { offsets = [0], guard, placed = relation }: QueryOptions = {},
): Promise<TableCounts> {
  const { connection, seenRows } = database
  const emit = emitLine(extracted.format, output, input, offsets)
  const values = new ColumnValues(extracted, new Map([...learned.columns, ...checked.known]), mode, checked.shown)
  const query =
    statement.kind === 'filter'
      ? filterQuery({ relation, extracted, mode, emit, reads: checked.reads, branches, guard })
      : statementQuery(statement, { relation, values, checked, emit })
  // In tolerant mode, a filter's expression has already been computed.
  const bound = statement.kind === 'filter' && mode === 'strict' ? statement.params : undefined
  seenRows.reset()
  const [rowsOut] = await firstRow(connection, writeLines(query, output.path), bound)
  const rowsIn = guard === undefined ? await countLines(connection, relation) : seenRows.count
  const counts = countRows(statement, rowsIn, Number(rowsOut))
  if (leftOut !== undefined && statement.kind !== 'aggregate' && counts.rowsOut < counts.rowsIn)
    await reportLeftOut(leftOut, {
      connection,
      statement,
      lines: { relation: placed, extracted, branches, checked },
      values,
      mode,
      bound,
      idOf: (line, position) => idSql(extracted.format, input, offsets, line, position),
    })
  return counts
}

async function countLines(connection: Database['connection'], relation: string): Promise<number> {
  const [count] = await firstRow(connection, `SELECT count(${lineColumn}) FROM ${relation}`)
  return Number(count)
}

/** The text of a row in the output: its own line, wrapped or unwrapped if the formats differ. */
function emitLine(
  format: TableFile['format'],
  output: TableFile,
  input: readonly TableFile[],
  offsets: readonly number[],
): string {
  if (format === output.format) return lineColumn
  if (format === 'step') return rowText()
  const prefixes = input.map((file) => literal(JSON.stringify(file.idPrefix ?? '').slice(0, -1)))
  const id = numberedId(prefixes, offsets, positionColumn)
  return `'{"id":' || ${id} || '","row":' || ${lineColumn} || '}'`
}

/** The id of the row with this line and position. */
function idSql(
  format: TableFile['format'],
  input: readonly TableFile[],
  offsets: readonly number[],
  line: string,
  position: string,
): string {
  if (format === 'step') return `(${line}->>'/id')`
  const prefixes = input.map((file) => literal(file.idPrefix ?? ''))
  return numberedId(prefixes, offsets, position)
}

/** The prefix of the row's file, with the number of its line. */
function numberedId(prefixes: readonly string[], offsets: readonly number[], position: string): string {
  // The file of a row is the last one that begins at or before its position.
  const at = offsets.map((offset) => `(${position} >= ${offset})::INTEGER`).join(' + ')
  const pick = (list: readonly (string | number)[]) => (prefixes.length === 1 ? list[0] : `[${list.join(', ')}][${at}]`)
  return `${pick(prefixes)} || (${position} - ${pick(offsets)} + 1)`
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

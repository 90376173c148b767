import type { ColumnSet, TableCounts, TableFile, TableRequest, TableStatement } from '@maestro-dataflow/core'
import type { CheckedStatement } from './checked-statement.js'
import { type Choice, chooseKept, chooseLines, fate, positionsOf } from './choose-lines.js'
import { ColumnValues, type Mode } from './column-values.js'
import { type Database, firstRow, RowsUnfit } from './connect.js'
import { copyLines } from './copy-lines.js'
import { canCopySorted, copySortedLines } from './copy-sorted-lines.js'
import { ExtractedColumns } from './extracted-columns.js'
import { branchRows, filterBranches } from './filter-branches.js'
import type { KnownLines } from './known-lines.js'
import { learnColumns, needsLearning } from './learn-columns.js'
import { reasonOf, reportLeftOut } from './left-out.js'
import { usualKeys } from './line-keys.js'
import { lineColumn, positionColumn, readLines, rowText, unsoundLine, writeLines } from './lines.js'
import { withListedAggregates } from './listed-aggregates.js'
import { countRows, knownColumns, type LoadOptions, loadedLines, loadLines, soundLine } from './load-lines.js'
import { prepareStatement } from './prepare-statement.js'
import { literal } from './sql-text.js'
import { sortKeys, statementQuery } from './statement-query.js'
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
  readonly signal: AbortSignal
}

/**
 * Runs a statement at full speed. The first invalid line or value ends it with an error. No row is lost, because the
 * caller then takes the slow path.
 */
export async function runStatement(run: StatementRun): Promise<TableCounts> {
  const { database, statement, checked, columns, input } = run
  const [file] = input
  const format = file?.format ?? 'step'
  const idsNeeded = format === 'rows' && run.output.format === 'step'
  const used = [...checked.reads, ...checked.keys]
  // Nothing has checked the lines of a source yet.
  const looked = knownColumns(format === 'rows' ? [...used, ...Object.keys(columns.columns)] : used, columns)
  const usual = file === undefined ? [] : await usualKeys(database, file)
  const loading = { idsNeeded, looked, used, columns, usual }
  if (statement.kind === 'filter' && !used.some((column) => needsLearning(column, columns)))
    return filterAtOnce(run, statement, loading)
  const isWholeRow = statement.kind === 'dedupe' && checked.keys.length === 0
  const isSortedHere = statement.kind === 'sort' && !(await canCopySorted(input))
  const keepsText = isSortedHere || statement.kind === 'window' || isWholeRow
  const offsets = await loadLines(database, input, { ...loading, keepsText })
  const lines = await lookAtLines(run, new ExtractedColumns(format, used, usual), 'strict')
  if (lines.branches.some(({ fault }) => fault !== undefined)) throw new RowsUnfit()
  const counts =
    statement.kind === 'sort' && !keepsText
      ? await copySorted(run, statement, lines)
      : await runQuery(run, lines, { mode: 'strict', files: input, offsets })
  await database.connection.run('DROP TABLE lines')
  return counts
}

/** Computes a filter over columns of known types while the lines are read, so that none is loaded. */
async function filterAtOnce(
  run: StatementRun,
  statement: Extract<TableStatement, { kind: 'filter' }>,
  { idsNeeded, looked, used, columns, usual }: LoadOptions,
): Promise<TableCounts> {
  const { database, checked, input } = run
  const { connection } = database
  const format = input[0]?.format ?? 'step'
  const extracted = new ExtractedColumns(format, looked.keys(), usual)
  const isSound = soundLine(extracted, looked, columns, idsNeeded)
  const branch = { known: knownColumns(used, columns), set: new Map(), where: checked.where ?? statement.where }
  await connection.run(`CREATE OR REPLACE TEMP TABLE verdicts (kept BOOLEAN)`)
  const offsets: number[] = []
  for (const file of input) {
    offsets.push(await countRows(connection, 'verdicts'))
    const relation = extracted.extract(readLines(file))
    const rows = branchRows(branch, { relation, extracted, mode: 'strict', reads: checked.reads })
    const kept = `CASE WHEN ${lineColumn} IS NULL THEN NULL WHEN ${isSound} THEN coalesce((${branch.where}\n), false) ELSE ${unsoundLine} END`
    await connection.run(`INSERT INTO verdicts SELECT ${kept} FROM ${rows}`, { ...statement.params })
  }
  const choice = await chooseKept(`SELECT rowid AS ${positionColumn} FROM verdicts WHERE kept`, {
    connection,
    bound: undefined,
    count: await countRows(connection, 'verdicts'),
  })
  await connection.run('DROP TABLE verdicts')
  return copyChosen(run, choice, { files: input, offsets })
}

/**
 * Examines the loaded lines if the plan does not know the types of columns, and checks the statement with the result.
 *
 * @param rows The relation of the lines with the columns that the statement uses. @default all loaded lines
 */
export async function lookAtLines(
  run: Pick<StatementRun, 'database' | 'statement' | 'checked' | 'columns'>,
  loaded: ExtractedColumns,
  mode: Mode,
  rows = loadedLines(loaded),
): Promise<KnownLines> {
  const { database, statement, columns } = run
  const { format } = loaded
  const isTyped = Object.values(columns.columns).includes('decimal')
  const isWholeRow = statement.kind === 'dedupe' && run.checked.keys.length === 0
  const compared = isWholeRow ? await wholeRowColumns(database, rows, format, isTyped) : run.checked.keys
  const extracted = isWholeRow ? new ExtractedColumns(format, compared, loaded.usualKeys) : loaded
  const relation = isWholeRow ? extracted.extract(rows) : rows
  const learned = await learnColumns(database, relation, extracted, columns, {
    all: mode === 'tolerant',
    computed: statement.kind === 'aggregate' || statement.kind === 'window' ? run.checked.reads : [],
  })
  // SQL would round the decimal numbers for which it has no type.
  const isRounded = run.checked.reads.some((name) => learned.columns.get(name)?.rounds === true)
  if ((learned.isUnfit || isRounded) && mode === 'strict') throw new RowsUnfit()
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

/** The files whose lines a statement processes. */
interface QueriedFiles {
  readonly files: readonly TableFile[]
  /** The position at which each file begins. */
  readonly offsets: readonly number[]
}

export interface QueryOptions extends QueriedFiles {
  readonly mode: Mode
  /** The positions of lines that are rejected. They are not in the relation. */
  readonly rejected?: readonly number[]
}

/** Writes the result of a statement over loaded lines. */
export async function runQuery(run: StatementRun, lines: KnownLines, options: QueryOptions): Promise<TableCounts> {
  const { database, statement, output } = run
  const { connection } = database
  const { relation, extracted, learned, checked } = lines
  const { mode, files, offsets, rejected = [] } = options
  const values = new ColumnValues(extracted, new Map([...learned.columns, ...checked.known]), mode, checked.shown)
  if (statement.kind === 'sort' || statement.kind === 'aggregate' || statement.kind === 'window') {
    const emit = emitLine(extracted.format, output.format, files, offsets)
    const query = statementQuery(statement, {
      relation,
      values,
      checked: await withListedAggregates(connection, statement, checked, { relation, values }),
      emit,
      format: extracted.format,
      columns: run.columns,
    })
    const [written] = await firstRow(connection, writeLines(query, output.path))
    const rowsOut = Number(written)
    // Every other statement that is written here keeps all rows.
    const rowsIn = statement.kind === 'aggregate' ? await countRows(connection, relation) : rowsOut
    return countsOf(statement, rowsIn, rowsOut)
  }
  // In tolerant mode, a filter's expression has already been computed.
  const bound = statement.kind === 'filter' && mode === 'strict' ? statement.params : undefined
  const count = await countRows(connection, 'lines')
  const choice = await chooseLines(statement, { connection, lines, values, mode, bound, count })
  for (const position of rejected) choice.fates[position] = fate.absent
  return copyChosen(run, choice, { files, offsets })
}

/** Lets the database order the lines, and copies them. */
async function copySorted(
  { database: { connection }, input: files, output, signal }: StatementRun,
  statement: Extract<TableStatement, { kind: 'sort' }>,
  { relation, extracted, learned, checked }: KnownLines,
): Promise<TableCounts> {
  const values = new ColumnValues(extracted, new Map([...learned.columns, ...checked.known]), 'strict', checked.shown)
  const order = `${sortKeys(statement.by, values)}, ${positionColumn}`
  const sorted = `SELECT CAST(${positionColumn} AS UINTEGER) FROM ${relation} ORDER BY ${order}`
  const positions = await positionsOf(connection, sorted, await countRows(connection, relation))
  const lines = await countRows(connection, 'lines')
  await copySortedLines({ files, output, positions, lines, signal })
  return countsOf(statement, positions.length, positions.length)
}

/** Copies the lines that a statement chose to the output, and reports the others. */
async function copyChosen(
  { statement, output, leftOut, signal }: StatementRun,
  choice: Choice,
  { files, offsets }: QueriedFiles,
): Promise<TableCounts> {
  const report = leftOut === undefined ? undefined : reportLeftOut(leftOut, reasonOf(statement), files, choice)
  const { rows, lines } = await copyLines({ files, output, choice, seen: report?.seen, signal })
  // The database ends a line at a carriage return too.
  if (lines !== choice.fates.length) throw new RowsUnfit()
  report?.finish(offsets)
  const absent = choice.fates.reduce((sum, one) => (one === fate.absent ? sum + 1 : sum), 0)
  return countsOf(statement, lines - absent, rows)
}

/**
 * The text of a row in the output: its own line, wrapped or unwrapped if the formats differ.
 *
 * @param position The column of the position of the line in the input.
 */
export function emitLine(
  format: TableFile['format'],
  output: TableFile['format'],
  input: readonly TableFile[],
  offsets: readonly number[],
  position = positionColumn,
): string {
  if (format === output) return lineColumn
  if (format === 'step') return rowText()
  const prefixes = input.map((file) => literal(JSON.stringify(file.idPrefix ?? '').slice(0, -1)))
  const id = numberedId(prefixes, offsets, position)
  return `'{"id":' || ${id} || '","row":' || ${lineColumn} || '}'`
}

/** The prefix of the row's file, with the number of its line. */
function numberedId(prefixes: readonly string[], offsets: readonly number[], position: string): string {
  // The file of a row is the last one that begins at or before its position.
  const at = offsets.map((offset) => `(${position} >= ${offset})::INTEGER`).join(' + ')
  const pick = (list: readonly (string | number)[]) => (prefixes.length === 1 ? list[0] : `[${list.join(', ')}][${at}]`)
  return `${pick(prefixes)} || (${position} - ${pick(offsets)} + 1)`
}

/** The counts of a statement that rejects no row. */
export function countsOf(statement: TableStatement, rowsIn: number, rowsOut: number): TableCounts {
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

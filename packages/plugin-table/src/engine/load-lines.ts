import type { ColumnSet, TableFile } from '@maestro-dataflow/core'
import type { KnownColumns } from './column-values.js'
import { type Database, firstRow } from './connect.js'
import { ExtractedColumns } from './extracted-columns.js'
import { fittingValues } from './fitting-values.js'
import type { Kind } from './kinds.js'
import { columnTypeIn } from './known-columns.js'
import { lineColumn, positionColumn, readLines, unsoundLine } from './lines.js'
import { isStrictJson } from './strict-json.js'
import { hasOnlyColumns } from './undeclared-columns.js'

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
  /** Whether the text of the lines is needed. Without it, the text of each line is empty. @default true */
  readonly keepsText?: boolean
  /** The table. @default lines */
  readonly table?: string
}

/**
 * Loads lines and the used columns into a table. The position of a row is its row id.
 *
 * @returns the first position of each file
 */
export async function loadLines(
  { connection }: Database,
  files: readonly TableFile[],
  { idsNeeded, looked, used, columns, usual, longest = 0, keepsText = true, table = 'lines' }: LoadOptions,
): Promise<readonly number[]> {
  const format = files[0]?.format ?? 'step'
  const kept = new ExtractedColumns(format, used)
  const extracted = new ExtractedColumns(format, [...kept.names, ...looked.keys()], usual)
  const json = kept.names.map((name) => kept.json(name))
  const declared = [lineColumn, ...json].map((column) => `${column} VARCHAR`).join(', ')
  await connection.run(`CREATE OR REPLACE TEMP TABLE ${table} (${declared})`)
  const isSound = soundLine(extracted, looked, columns, idsNeeded)
  const text = keepsText ? lineColumn : "''"
  const line = `CASE WHEN ${lineColumn} IS NULL THEN NULL WHEN ${isSound} THEN ${text} ELSE ${unsoundLine} END`
  const offsets: number[] = []
  for (const file of files) {
    offsets.push(await countRows(connection, table))
    const lines = extracted.extract(readLines(file, longest))
    await connection.run(`INSERT INTO ${table} SELECT ${[line, ...json].join(', ')} FROM ${lines}`)
  }
  return offsets
}

/**
 * An SQL condition for whether a line is entirely JSON, its values are of their types, and it has no columns that are not
 * declared. Lines of a step file are JSON.
 */
export function soundLine(
  extracted: ExtractedColumns,
  looked: KnownColumns,
  columns: ColumnSet,
  forStep: boolean,
): string {
  const fits = fittingValues(looked, extracted, forStep)
  const conditions = fits === undefined ? [] : [fits]
  // A step file would interpret a user's own `$` keys as tagged values. The slow path escapes them.
  // Most lines have no `$` at all, and one character is found sooner than two.
  if (forStep)
    conditions.push(`CASE WHEN contains(${lineColumn}, '$') THEN NOT contains(${lineColumn}, '"$') ELSE true END`)
  if (extracted.format === 'rows') {
    if (extracted.names.length === 0) conditions.push(`json_valid(${lineColumn})`)
    conditions.push(isStrictJson(extracted, looked))
    if (!columns.open) conditions.push(hasOnlyColumns(columns, extracted))
  }
  return conditions.length === 0 ? 'true' : `(${conditions.join(' AND ')})`
}

/** The relation of the lines that `loadLines` has loaded. */
export function loadedLines(loaded: ExtractedColumns, table = 'lines'): string {
  const json = loaded.names.map((name) => `, ${loaded.json(name)}`).join('')
  return `(SELECT ${lineColumn}, rowid AS ${positionColumn}${json} FROM ${table} WHERE ${lineColumn} IS NOT NULL)`
}

export function knownColumns(names: readonly string[], columns: ColumnSet): KnownColumns {
  return new Map(names.map((name) => [name, { kind: columnTypeIn(name, columns) as Kind }]))
}

export async function countRows(connection: Database['connection'], relation: string): Promise<number> {
  const [count] = await firstRow(connection, `SELECT count(*) FROM ${relation}`)
  return Number(count)
}

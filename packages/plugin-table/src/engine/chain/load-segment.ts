import type { ColumnSet, ParquetFiles, TableFile } from '@maestro-dataflow/core'
import type { CheckedStatement } from '../checked-statement.js'
import type { Database } from '../connect.js'
import { ExtractedColumns } from '../extracted-columns.js'
import { lineColumn, readLines, unsoundLine } from '../lines.js'
import { countRows, knownColumns, soundLine } from '../load-lines.js'
import { idColumn, type Segment } from './chain-rows.js'
import { assertTypes, parquetLines } from './parquet-lines.js'

/** The files of the lines, the Parquet files of the rows, or the table of the lines that the statement before has made. */
export type SegmentInput = { readonly files: readonly TableFile[] } | { readonly parquet: ParquetFiles } | MadeLines

/** A table of lines that a statement has made, with the JSON of the columns that the next statements use, if it is known. */
export interface MadeLines {
  readonly made: string
  readonly columns?: readonly string[]
}

/** The column of a table of made lines that holds the JSON of a column. */
export const madeColumn = (index: number): string => `"#maestro.made${index}"`

/** What a segment loads. */
export interface SegmentLoad {
  readonly table: string
  readonly from: SegmentInput
  readonly statements: readonly CheckedStatement[]
  readonly columns: ColumnSet
  readonly usual: readonly string[]
  /** Whether rows get their ids here, so that a line is valid in a step file unchanged. */
  readonly idsNeeded: boolean
  readonly keepsText: boolean
  readonly keepsIds: boolean
}

/** Loads the lines of a segment with all columns that its statements use. A line that is not as declared ends it. */
export async function loadSegment(database: Database, load: SegmentLoad): Promise<Segment> {
  const { connection } = database
  const { table, from, statements, columns, usual, idsNeeded, keepsText } = load
  const files = 'files' in from ? from.files : []
  const parquet = 'parquet' in from ? from.parquet : undefined
  const format = files[0]?.format ?? 'step'
  const used = statements.flatMap(({ reads, keys }) => [...reads, ...keys])
  const looked = knownColumns(format === 'rows' ? [...used, ...Object.keys(columns.columns)] : used, columns)
  const kept = new ExtractedColumns(format, used, usual)
  const extracted = new ExtractedColumns(format, [...kept.names, ...looked.keys()], usual)
  const hasIds = load.keepsIds && format === 'step' && parquet === undefined
  const json = kept.names.map((name) => kept.json(name))
  const names = [lineColumn, ...(hasIds ? [idColumn] : []), ...json]
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE ${table} (${names.map((column) => `${column} VARCHAR`).join(', ')})`,
  )
  const isSound = soundLine(extracted, looked, columns, idsNeeded)
  const text = keepsText ? lineColumn : "''"
  const line = `CASE WHEN ${lineColumn} IS NULL THEN NULL WHEN ${isSound} THEN ${text} ELSE ${unsoundLine} END`
  const id = hasIds ? [`CAST(json_extract(${lineColumn}, '/id') AS VARCHAR)`] : []
  const offsets: number[] = []
  if (parquet !== undefined) await assertTypes(database, parquet)
  const relations =
    parquet !== undefined
      ? parquet.paths.map((_, file) => parquetLines(parquet, file, extracted, keepsText))
      : 'made' in from && from.columns !== undefined
        ? [knownLines(from.made, from.columns, extracted)]
        : linesIn(from).map((lines) => extracted.extract(lines))
  for (const relation of relations) {
    offsets.push(await countRows(connection, table))
    const selected = [line, ...id, ...json].join(', ')
    await connection.run(`INSERT INTO ${table} SELECT ${selected} FROM ${relation}`)
  }
  return { table, format, extracted: kept, files, offsets, parquet, keepsText, hasIds }
}

/** The lines of a table that has the JSON of their columns. */
function knownLines(made: string, columns: readonly string[], extracted: ExtractedColumns): string {
  const json = extracted.names.map((name) => {
    const index = columns.indexOf(name)
    return `, ${index === -1 ? 'NULL' : madeColumn(index)} AS ${extracted.json(name)}`
  })
  return `(SELECT ${lineColumn}${json.join('')} FROM ${made})`
}

/** The relations of the lines of a segment. */
function linesIn(from: SegmentInput): readonly string[] {
  if ('made' in from) return [`(SELECT ${lineColumn} FROM ${from.made})`]
  return 'files' in from ? from.files.map((file) => readLines(file)) : []
}

import type { ParquetFileColumn, ParquetFiles } from '@maestro-dataflow/core'
import { type Database, firstRow, RowsUnfit } from '../connect.js'
import { ExtractedColumns } from '../extracted-columns.js'
import { lineColumn, positionColumn, unsoundLine, writeLines } from '../lines.js'
import { filePath, identifier, literal } from '../sql-text.js'
import { valueJson } from '../value-json.js'

/** The number of a row in its file, from 0. */
export const numberColumn = 'file_row_number'

/**
 * The rows of a Parquet file as lines of a step file, with the JSON of columns beside them. Only the columns that the query
 * uses are read.
 *
 * @param withText Whether the text of the lines is needed. Without it, each is empty.
 */
export function parquetLines(
  { paths, idPrefixes, columns }: ParquetFiles,
  file: number,
  extracted: ExtractedColumns,
  withText: boolean,
): string {
  const jsonOf = new Map(columns.map((column) => [column.name, columnJson(column)]))
  const json = extracted.names.map((name) => `${jsonOf.get(name) ?? 'NULL'} AS ${extracted.json(name)}`)
  const members = columns.map(
    ({ name }) => `${literal(`${JSON.stringify(name)}:`)} || coalesce(${jsonOf.get(name)}, 'null')`,
  )
  const id = `${literal(JSON.stringify(idPrefixes[file] ?? '').slice(0, -1))} || (${numberColumn} + 1) || '"'`
  const text = `'{"id":' || ${id} || ',"row":{' || ${members.join(` || ',' || `)} || '}}'`
  const selected = [`${withText ? text : "''"} AS ${lineColumn}`, `${numberColumn} AS ${positionColumn}`, ...json]
  return `(SELECT ${selected.join(', ')} FROM ${rowsOf(paths[file] ?? '')})`
}

/** The rows of a file with their numbers. Folders such as year=2026 would hide a column of that name. */
export function rowsOf(path: string): string {
  return `read_parquet(${filePath(path)}, file_row_number = true, hive_partitioning = false)`
}

/** The types that the database may find in the file for the values of a column. */
const sqlTypes: Readonly<Record<ParquetFileColumn['values'], RegExp>> = {
  string: /^VARCHAR$/,
  number: /^(FLOAT|DOUBLE)$/,
  integer: /^(TINYINT|SMALLINT|INTEGER|BIGINT)$/,
  bigint: /^(INTEGER|BIGINT)$/,
  boolean: /^BOOLEAN$/,
  date: /^(DATE|TIMESTAMP|TIMESTAMP_MS|TIMESTAMP WITH TIME ZONE)$/,
}

/** Checks that the database finds the columns of Parquet files with the types that the source has found. @throws RowsUnfit */
export async function assertTypes({ connection }: Database, { paths, columns }: ParquetFiles): Promise<void> {
  for (const path of paths) {
    const found = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${rowsOf(path)}`)
    const types = new Map(found.getRows().map(([name, type]) => [String(name), String(type)]))
    if (columns.some(({ name, values }) => !sqlTypes[values].test(types.get(name) ?? ''))) throw new RowsUnfit()
  }
}

/** Writes the rows of Parquet files as lines of a step file. @returns the number of rows @throws RowsUnfit */
export async function writeParquetLines(database: Database, input: ParquetFiles, path: string): Promise<number> {
  await assertTypes(database, input)
  const none = new ExtractedColumns('step', [])
  const lines = input.paths.map((_, file) => `SELECT ${lineColumn} FROM ${parquetLines(input, file, none, true)}`)
  const [written] = await firstRow(database.connection, writeLines(lines.join(' UNION ALL '), path))
  return Number(written)
}

/** The JSON of a value, as a step file holds it; NULL if there is none. */
function columnJson({ name, values }: ParquetFileColumn): string {
  const column = identifier(name)
  const json = (type: string) => valueJson(`CAST(${column} AS ${type})`, type, false)
  return `CASE WHEN ${column} IS NULL THEN NULL ELSE ${presentJson(column, values, json)} END`
}

function presentJson(column: string, values: ParquetFileColumn['values'], json: (type: string) => string): string {
  switch (values) {
    case 'string':
      return json('VARCHAR')
    case 'number':
      return json('DOUBLE')
    case 'integer':
      return json('BIGINT')
    case 'bigint':
      return json('BIGNUM')
    case 'boolean':
      return json('BOOLEAN')
    case 'date':
      // Other years have more than four digits, or a sign.
      return `CASE WHEN year(${column}) BETWEEN 1 AND 9999 THEN ${json('TIMESTAMP')} ELSE ${unsoundLine} END`
  }
}

import {
  type ColumnSet,
  type ColumnType,
  columnNames,
  type ParquetOutput,
  type TableFile,
} from '@maestro-dataflow/core'
import { ColumnValues } from './column-values.js'
import { type Database, firstRow } from './connect.js'
import { ExtractedColumns } from './extracted-columns.js'
import { fittingValues } from './fitting-values.js'
import { usualKeys } from './line-keys.js'
import { lineColumn, readLines, unsoundLine } from './lines.js'
import { knownColumns } from './load-lines.js'
import { identifier, literal } from './sql-text.js'
import { hasOnlyColumns } from './undeclared-columns.js'

/** The types whose values the database writes as `fs.file` does. It writes times otherwise: those of ours are in UTC. */
const plainTypes: readonly ColumnType[] = ['string', 'number', 'integer', 'bigint', 'boolean']

/** The name under which `fs.file` notes the types that Parquet itself lacks. */
const typesKey = 'maestro.columns'

/** The SQL type as which the values of a column are written, if it is not that in which expressions compute. */
const storedTypes: Readonly<Partial<Record<ColumnType, string>>> = { bigint: 'BIGINT' }

/** Whether rows with these columns can be written. SQL knows no difference between names that differ in case alone. */
export function isWritable({ columns, open }: ColumnSet): boolean {
  const names = Object.keys(columns)
  const isSound = names.every((name) => name !== '' && !name.includes('\0') && name.isWellFormed())
  const areDistinct = new Set(names.map((name) => name.toLowerCase())).size === names.length
  return (
    !open &&
    isSound &&
    areDistinct &&
    names.length > 0 &&
    Object.values(columns).every((type) => plainTypes.includes(type))
  )
}

/**
 * Writes the rows of a step file as Parquet. The first value that is not of its column's type ends it.
 *
 * @returns the number of rows
 */
export async function writeParquet(
  database: Database,
  { path, format }: TableFile,
  columns: ColumnSet,
  output: ParquetOutput,
): Promise<number> {
  const names = columnNames(columns.columns)
  const known = knownColumns(names, columns)
  const extracted = new ExtractedColumns(format, names, await usualKeys(database, { path, format }))
  const values = new ColumnValues(extracted, known, 'strict')
  const isSound = `${fittingValues(known, extracted, true)} AND ${hasOnlyColumns(columns, extracted)}`
  const selected = names.map((name) => {
    const stored = storedTypes[columns.columns[name] ?? 'unknown']
    const value = columns.columns[name] === 'number' ? values.signedNumber(name) : values.typed(name)
    return `${stored === undefined ? value : `CAST(${value} AS ${stored})`} AS ${identifier(name)}`
  })
  const rows = `${extracted.extract(readLines({ path, format }))} WHERE ${lineColumn} IS NOT NULL`
  const checked = `CASE WHEN ${isSound} THEN true ELSE ${unsoundLine} END`
  const query = `SELECT ${selected.join(', ')} FROM ${rows} AND ${checked}`
  const [written] = await firstRow(database.connection, writeColumns(query, columns, output))
  return Number(written)
}

/** Writes the rows of a query as Parquet, in order. */
export function writeColumns(query: string, columns: ColumnSet, output: ParquetOutput): string {
  return `COPY (${query}) TO ${literal(output.path)} (${optionsOf(columns, output)})`
}

function optionsOf({ columns }: ColumnSet, { compression, rowGroup }: ParquetOutput): string {
  const codec = compression === 'none' ? 'uncompressed' : compression
  const noted = Object.fromEntries(Object.entries(columns).filter(([, type]) => type === 'bigint'))
  const types = `{${literal(typesKey)}: ${literal(JSON.stringify(noted))}}`
  return `FORMAT parquet, COMPRESSION ${codec}, ROW_GROUP_SIZE ${rowGroup}, KV_METADATA ${types}, USE_TMP_FILE false`
}

import {
  type ColumnSet,
  columnNames,
  type ParquetFileColumn,
  type ParquetFiles,
  type ParquetOutput,
} from '@maestro-dataflow/core'
import { type Database, firstRow } from '../connect.js'
import { positionColumn, unsoundLine } from '../lines.js'
import { identifier } from '../sql-text.js'
import { isWritable, writeColumns } from '../write-parquet.js'
import { originColumn, type Segment } from './chain-rows.js'
import { numberColumn, rowsOf } from './parquet-lines.js'

/** The types of the plan that the values of a file are copied to, without becoming JSON in between. */
const copiedTypes: Readonly<Partial<Record<ParquetFileColumn['values'], readonly string[]>>> = {
  string: ['string'],
  number: ['number'],
  integer: ['integer', 'number'],
  bigint: ['bigint'],
  boolean: ['boolean'],
}

/** Whether rows of Parquet files, of which a chain only chooses some, can be copied to an output with these columns. */
export function canCopyParquet(input: ParquetFiles, columns: ColumnSet): boolean {
  const names = columnNames(columns.columns)
  return (
    isWritable(columns) &&
    names.length === input.columns.length &&
    input.columns.every(({ name, values }) => copiedTypes[values]?.includes(columns.columns[name] ?? ''))
  )
}

/**
 * Copies the chosen rows of Parquet files to a Parquet file, in their order. A whole number that a row would hold as a big
 * integer ends it, because it may not be of its column's type.
 *
 * @param chosen The table of the origins of the rows. @returns the number of rows
 */
export async function copyParquet(
  { connection }: Database,
  { paths, columns: found }: ParquetFiles,
  { offsets }: Segment,
  chosen: string,
  columns: ColumnSet,
  output: ParquetOutput,
): Promise<number> {
  const valuesOf = new Map(found.map(({ name, values }) => [name, values]))
  const names = columnNames(columns.columns)
  const selected = names.map((name) => {
    const column = identifier(name)
    const sound = `${column} IS NULL OR ${column} BETWEEN -${Number.MAX_SAFE_INTEGER} AND ${Number.MAX_SAFE_INTEGER}`
    const value =
      valuesOf.get(name) === 'integer' ? `CASE WHEN ${sound} THEN ${column} ELSE ${unsoundLine} END` : column
    return `CAST(${value} AS ${copiedType(columns, name)}) AS ${column}`
  })
  const place = '"#maestro.place"'
  const files = paths.map((path, file) => {
    const position = `${numberColumn} + ${offsets[file] ?? 0}`
    return `SELECT ${names.map(identifier).join(', ')}, ${position} AS ${positionColumn} FROM ${rowsOf(path)}`
  })
  const places = `(SELECT ${originColumn}, rowid AS ${place} FROM ${chosen})`
  const rows = `(${files.join(' UNION ALL ')}) JOIN ${places} ON ${positionColumn} = ${originColumn} ORDER BY ${place}`
  const [written] = await firstRow(
    connection,
    writeColumns(`SELECT ${selected.join(', ')} FROM ${rows}`, columns, output),
  )
  return Number(written)
}

function copiedType({ columns }: ColumnSet, name: string): string {
  switch (columns[name]) {
    case 'number':
      return 'DOUBLE'
    case 'integer':
    case 'bigint':
      return 'BIGINT'
    case 'boolean':
      return 'BOOLEAN'
    default:
      return 'VARCHAR'
  }
}

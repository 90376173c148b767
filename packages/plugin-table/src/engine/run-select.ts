import type { DuckDBConnection } from '@duckdb/node-api'
import { type ColumnType, decodeStepLine, type Row } from '@maestro-dataflow/core'
import { columnTypeOf } from './bind-expression.js'
import { literal } from './sql-text.js'
import { sqlTypeName } from './sql-type-name.js'
import { valueJson } from './value-json.js'

/** A column of the result of a query. */
export interface ResultColumn {
  readonly name: string
  readonly sqlType: string
}

/** The columns of the result of a query, as the database tells them before it runs. */
export async function resultColumns(connection: DuckDBConnection, query: string): Promise<readonly ResultColumn[]> {
  const prepared = await connection.prepare(query)
  try {
    return Array.from({ length: prepared.columnCount }, (_, index) => ({
      name: prepared.columnName(index),
      sqlType: sqlTypeName(prepared.columnType(index)),
    }))
  } finally {
    prepared.destroySync()
  }
}

/** Whether the database knows all that the query names. */
export async function isBound(connection: DuckDBConnection, query: string): Promise<boolean> {
  return resultColumns(connection, query).then(
    () => true,
    () => false,
  )
}

/** The types of the columns of a result. */
export function resultTypes(
  columns: readonly ResultColumn[],
  keepsDecimals: boolean,
): readonly (readonly [string, ColumnType])[] {
  return columns.map(({ name, sqlType }) => [name, columnTypeOf(sqlType, keepsDecimals)] as const)
}

/** The rows of a query, in batches. */
export async function* selectedRows(
  connection: DuckDBConnection,
  query: string,
  columns: readonly ResultColumn[],
  keepsDecimals: boolean,
): AsyncGenerator<readonly Row[]> {
  const names = columns.map((_, index) => `"#maestro.c${index}"`)
  const members = columns.map(({ name, sqlType }, index) => {
    const json = valueJson(names[index] ?? '', sqlType, keepsDecimals)
    return `${literal(`${JSON.stringify(name)}:`)} || ${json}`
  })
  const line = `'{"id":"","row":{' || ${members.join(` || ',' || `)} || '}}'`
  const result = await connection.stream(`SELECT ${line} FROM (${query}\n) AS t(${names.join(', ')})`)
  for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk())
    yield chunk.getRows().map(([text]) => decodeStepLine(String(text)).row)
}

import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { definePlugin, defineSource, defineStorage, type ParquetFileColumn } from '@maestro-dataflow/core'
import { z } from 'zod'

const values = z.enum(['string', 'number', 'integer', 'bigint', 'boolean', 'date'])

/** Parquet files that the engine itself reads, as the files plugin offers them. `rows` come instead if it cannot. */
const parquetStorage = (folder: string) =>
  defineStorage({
    name: 'test.parquet',
    source: defineSource({
      options: { path: z.string(), columns: z.record(z.string(), values), rows: z.array(z.any()).optional() },
      columns: ({ columns }) => ({ columns, open: false }),
      open: ({ path, columns, rows }) => ({
        async *read() {
          if (rows === undefined) throw new TypeError('rows were read one by one')
          yield { ids: rows.map((_, index) => `${path}:${index + 1}`), rows }
        },
        parquet: {
          paths: [join(folder, path)],
          idPrefixes: [`${path}:`],
          columns: Object.entries(columns).map(([name, kind]): ParquetFileColumn => ({ name, values: kind })),
        },
      }),
    }),
  })

/** A plugin with the storage `test.parquet` over the files of a folder. */
export const parquetFiles = (folder: string) =>
  definePlugin({
    name: 'parquet-files',
    manifest: { apiVersion: 1, contributes: { storages: { 'test.parquet': 'Parquet files' } } },
    apply: (hooks) => hooks.storages.tap('parquet-files', (registry) => registry.add(parquetStorage(folder))),
  })

/** Writes the rows of a query as a Parquet file. */
export async function writeParquetFile(path: string, query: string): Promise<void> {
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  await connection.run(`COPY (${query}) TO '${path}' (FORMAT parquet)`)
  connection.closeSync()
}

declare module '@maestro-dataflow/core' {
  interface Storages {
    'test.parquet': ReturnType<typeof parquetStorage>
  }
}

import { columnTypes, type Schema } from '@maestro-dataflow/core'
import { z } from 'zod'
import { connectionOptions } from './connection/connection-options.js'

const columnType = z.enum(columnTypes)
const name = z.string().min(1)
const names = z.array(name).min(1)
const key = z.union([name.transform((one) => [one]), names])
const isSchema = (value: unknown) => typeof value === 'object' && value !== null && '~standard' in value

const reading = {
  ...connectionOptions,
  columns: z.union([names, z.record(z.string(), columnType)]).optional(),
  schema: z.custom<Schema>(isSchema, 'a Standard Schema is expected, such as z.object({ ... })').optional(),
  key: key.optional(),
  mode: z.enum(['snapshot', 'keyset']).optional(),
  after: z.union([z.array(z.unknown()), z.unknown().transform((one) => [one])]).optional(),
}

const table = { table: name, databaseSchema: name.optional() }

/** Options of reading a table. */
export const tableReadOptions = z.strictObject({ ...reading, ...table })

/** Options of reading what a query gives. */
export const queryReadOptions = z.strictObject({
  ...reading,
  query: z.string(),
  params: z.record(z.string(), z.unknown()).optional(),
})

/** Options of writing a table. */
export const tableWriteOptions = z.strictObject({
  ...connectionOptions,
  ...table,
  mode: z.enum(['insert', 'append', 'upsert', 'replace']).optional(),
  key: key.optional(),
  columns: z.union([names, z.record(z.string(), columnType)]).optional(),
})

export type TableReadOptions = z.infer<typeof tableReadOptions>
export type QueryReadOptions = z.infer<typeof queryReadOptions>
export type TableWriteOptions = z.infer<typeof tableWriteOptions>

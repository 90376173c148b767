import type { Schema } from '@maestro-dataflow/core'
import { z } from 'zod'

const columnType = z.enum(['string', 'number', 'integer', 'bigint', 'boolean', 'date', 'json', 'unknown'])
const isSchema = (value: unknown) => typeof value === 'object' && value !== null && '~standard' in value
const format = z.enum(['jsonl', 'csv', 'tsv'])

/** Options of reading files. */
export const readOptions = z.strictObject({
  path: z.union([z.string(), z.array(z.string())]),
  format: format.optional(),
  columns: z.union([z.array(z.string()), z.record(z.string(), columnType)]).optional(),
  schema: z.custom<Schema>(isSchema, 'a Standard Schema is expected, such as z.object({ ... })').optional(),
  key: z.string().optional(),
})

/** Options of writing a file. */
export const writeOptions = z.strictObject({
  path: z.string(),
  format: format.optional(),
  mode: z.enum(['create', 'overwrite']).optional(),
  columns: z.array(z.string()).optional(),
})

export type ReadOptions = z.infer<typeof readOptions>
export type WriteOptions = z.infer<typeof writeOptions>

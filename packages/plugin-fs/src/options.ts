import { columnTypes, type Schema } from '@maestro-dataflow/core'
import { z } from 'zod'
import { isEncoding } from './decode-text.js'
import { fileFormats } from './format.js'

const columnType = z.enum(columnTypes)
const isSchema = (value: unknown) => typeof value === 'object' && value !== null && '~standard' in value
const format = z.enum(fileFormats)
const delimiter = z.string().regex(/^[^"\r\n]+$/, 'a delimiter is one or more characters, without quotes and line ends')
const encoding = z
  .string()
  .refine(isEncoding, 'no known encoding; such as utf-8, utf-16le, gb18030, shift_jis or windows-1252')

/** Options of reading files. */
export const readOptions = z.strictObject({
  path: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]),
  format: format.optional(),
  columns: z.union([z.array(z.string()), z.record(z.string(), columnType)]).optional(),
  schema: z.custom<Schema>(isSchema, 'a Standard Schema is expected, such as z.object({ ... })').optional(),
  key: z.string().optional(),
  encoding: encoding.optional(),
  delimiter: delimiter.optional(),
  header: z.array(z.string()).min(1).optional(),
  lines: z.boolean().optional(),
})

/** Options of writing a file. */
export const writeOptions = z.strictObject({
  path: z.string().min(1),
  format: format.optional(),
  mode: z.enum(['create', 'overwrite']).optional(),
  columns: z.array(z.string()).min(1).optional(),
  delimiter: delimiter.optional(),
  column: z.string().optional(),
})

export type ReadOptions = z.infer<typeof readOptions>
export type WriteOptions = z.infer<typeof writeOptions>

import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec'
import type { ColumnType } from './row.js'

/** A schema of any library that follows Standard Schema (zod, valibot, arktype ...). */
export type Schema<Input = unknown, Output = Input> = StandardSchemaV1<Input, Output>

/** The values of a schema after validation. */
export type SchemaOutput<S> = S extends StandardSchemaV1<infer _Input, infer Output> ? Output : never

/** A schema that also provides JSON Schema, by the Standard JSON Schema extension. */
export type JsonSchemaSource = StandardJSONSchemaV1

/** A JSON Schema document. */
export type JsonSchema = Readonly<Record<string, unknown>>

/** The column type of each type of JSON Schema. */
export const columnTypeOfJson: ReadonlyMap<unknown, ColumnType> = new Map([
  ['string', 'string'],
  ['number', 'number'],
  ['integer', 'integer'],
  ['boolean', 'boolean'],
  ['object', 'json'],
  ['array', 'json'],
])

/** Whether a value is a schema of a library. Some libraries, such as ArkType, make them functions. */
export function isSchema(value: unknown): value is Schema {
  return ((typeof value === 'object' && value !== null) || typeof value === 'function') && '~standard' in value
}

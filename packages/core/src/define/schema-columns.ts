import type { Columns } from '../contracts/row.js'
import { columnTypeOfJson, type JsonSchema, type Schema } from '../contracts/schema.js'

/** The columns of a schema's values, if it provides a JSON Schema. */
export function schemaColumns(schema: Schema): Columns | undefined {
  const properties = jsonSchemaOf(schema, 'output')?.properties as Record<string, JsonSchema> | undefined
  if (properties === undefined) return undefined
  return Object.fromEntries(
    Object.entries(properties).map(([name, { type }]) => [name, columnTypeOfJson.get(type) ?? 'unknown']),
  )
}

/** The JSON Schema of a schema's input or output, if it provides one. */
export function jsonSchemaOf(schema: Schema, side: 'input' | 'output'): JsonSchema | undefined {
  const standard = schema['~standard'] as {
    readonly jsonSchema?: Readonly<Record<'input' | 'output', (options: object) => JsonSchema>>
  }
  return standard.jsonSchema?.[side]({ target: 'draft-2020-12', libraryOptions: { unrepresentable: 'any' } })
}

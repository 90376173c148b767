import type { ColumnSet } from '../contracts/row.js'
import { columnTypeOfJson, type JsonSchema, type Schema } from '../contracts/schema.js'

/**
 * The columns of a schema's values. They are open if the schema provides no JSON Schema, or if it accepts other
 * properties on purpose, such as `z.looseObject`.
 */
export function schemaColumns(schema: Schema): ColumnSet {
  const { properties, additionalProperties = false } = jsonSchemaOf(schema, 'output') ?? {}
  if (properties === undefined) return { columns: {}, open: true }
  const columns = Object.entries(properties as Record<string, JsonSchema>).map(
    ([name, { type }]) => [name, columnTypeOfJson.get(type) ?? 'unknown'] as const,
  )
  return { columns: Object.fromEntries(columns), open: additionalProperties !== false }
}

/** The JSON Schema of a schema's input or output, if it provides one. */
export function jsonSchemaOf(schema: Schema, side: 'input' | 'output'): JsonSchema | undefined {
  const standard = schema['~standard'] as {
    readonly jsonSchema?: Readonly<Record<'input' | 'output', (options: object) => JsonSchema>>
  }
  return standard.jsonSchema?.[side]({ target: 'draft-2020-12', libraryOptions: { unrepresentable: 'any' } })
}

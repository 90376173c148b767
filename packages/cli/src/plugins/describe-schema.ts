import type { JsonSchema, Schema } from '@maestro-dataflow/core'

/** An option of a contribution. */
export interface OptionDescription {
  readonly name: string
  /** The approximate TypeScript type. */
  readonly type: string
  readonly required: boolean
  readonly default?: unknown
  readonly description?: string
}

/**
 * The options that a schema describes. It is undefined if the schema has no description or does not describe an object.
 */
export function describeSchema(schema: Schema): readonly OptionDescription[] | undefined {
  const json = jsonSchemaOf(schema)
  const properties = json?.properties
  if (!isObject(properties)) return undefined
  const required = Array.isArray(json?.required) ? json.required : []
  return Object.entries(properties).map(([name, property]) => {
    const { default: value, description } = isObject(property) ? property : {}
    return {
      name,
      type: typeText(property),
      required: required.includes(name),
      ...(value === undefined ? {} : { default: value }),
      ...(typeof description === 'string' ? { description } : {}),
    }
  })
}

/** The JSON Schema of the input, in which options with defaults are optional. */
function jsonSchemaOf(schema: Schema): JsonSchema | undefined {
  const standard = schema['~standard'] as {
    jsonSchema?: { input(options: { target: string; libraryOptions?: object }): JsonSchema }
  }
  try {
    // JSON Schema cannot represent some options, such as prompts and schemas. zod then accepts any value for them.
    return standard.jsonSchema?.input({ target: 'draft-2020-12', libraryOptions: { unrepresentable: 'any' } })
  } catch {
    return undefined
  }
}

/** A short description of a JSON Schema. */
export function typeText(schema: unknown): string {
  if (!isObject(schema)) return 'anything'
  const { type, enum: values, const: only, anyOf, oneOf, items, additionalProperties, properties } = schema
  if (only !== undefined) return JSON.stringify(only)
  if (Array.isArray(values)) return values.map((value) => JSON.stringify(value)).join(' | ')
  const choices = anyOf ?? oneOf
  if (Array.isArray(choices)) return [...new Set(choices.map(typeText))].join(' | ')
  if (Array.isArray(type)) return type.join(' | ')
  if (type === 'array') return `list of ${grouped(typeText(items))}`
  if (type !== 'object') return typeof type === 'string' ? type : 'set in code'
  if (isObject(properties)) return `{ ${Object.keys(properties).join(', ')} }`
  return isObject(additionalProperties) ? `{ name: ${typeText(additionalProperties)} }` : 'object'
}

const grouped = (type: string): string => (type.includes(' | ') ? `(${type})` : type)

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

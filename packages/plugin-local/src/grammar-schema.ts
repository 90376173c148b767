import type { JsonSchema } from '@maestro-dataflow/core'

const formats = new Set(['date', 'time', 'date-time'])
/** Keywords that the grammar interprets like JSON Schema. */
const kept = ['type', 'minItems', 'maxItems', 'minLength', 'maxLength', 'minProperties', 'maxProperties']

/**
 * Reduces a JSON Schema to what the library's grammar supports. Keywords that a grammar cannot enforce (minimum,
 * pattern, unknown formats) are removed: the answer then has the right form, and the schema's own check covers the
 * rest. Without this, the library treats unknown schemas as null or as an empty text.
 */
export function toGrammarSchema(schema: JsonSchema): JsonSchema {
  const definitions = { ...objectIn(schema.definitions), ...objectIn(schema.$defs) }
  const $defs = mapped(definitions, convert)
  return Object.keys(definitions).length === 0 ? convert(schema) : { ...convert(schema), $defs }
}

function convert(given: unknown): JsonSchema {
  // `true` and `{}` allow everything.
  if (typeof given !== 'object' || given === null) return anything
  const schema = given as JsonSchema
  if (typeof schema.$ref === 'string') return { $ref: schema.$ref.replace('#/definitions/', '#/$defs/') }
  const choices = schema.anyOf ?? schema.oneOf
  if (Array.isArray(choices)) return { oneOf: choices.map(convert) }
  if (Array.isArray(schema.allOf)) return convert(merged(schema, schema.allOf))
  for (const key of ['const', 'enum']) if (key in schema) return { [key]: schema[key] }
  const known = Object.fromEntries(kept.filter((key) => schema[key] !== undefined).map((key) => [key, schema[key]]))
  const type = schema.type ?? typeBy(schema)
  if (Array.isArray(type)) return { oneOf: type.map((one) => convert({ ...schema, type: one })) }
  switch (type) {
    case 'object':
      return { ...known, type, ...objectKeywords(schema) }
    case 'array': {
      const { prefixItems, items } = schema
      const fixed = Array.isArray(prefixItems) ? { prefixItems: prefixItems.map(convert) } : {}
      return { ...known, type, ...fixed, ...(items === false ? {} : { items: convert(items) }) }
    }
    case 'string':
      return typeof schema.format === 'string' && formats.has(schema.format) ? { type, format: schema.format } : known
    case undefined:
      return anything
    default:
      return { type }
  }
}

/** Any scalar, because with a grammar of all JSON a small model would nest without end. */
const anything: JsonSchema = { type: ['string', 'number', 'boolean', 'null'] }

function objectKeywords(schema: JsonSchema): JsonSchema {
  const properties = mapped(objectIn(schema.properties), convert)
  const { additionalProperties } = schema
  if (additionalProperties === false) return { properties }
  // Only named properties are requested, unless there are none.
  if (typeof additionalProperties === 'object')
    return { properties, additionalProperties: convert(additionalProperties) }
  return Object.keys(properties).length > 0 ? { properties } : { properties, additionalProperties: anything }
}

function typeBy(schema: JsonSchema): string | undefined {
  if (schema.properties !== undefined) return 'object'
  return schema.items === undefined && schema.prefixItems === undefined ? undefined : 'array'
}

/** The parts of an `allOf` as one schema with all of their properties. */
function merged(schema: JsonSchema, parts: readonly unknown[]): JsonSchema {
  const { allOf: _, ...own } = schema
  const all = [own, ...parts.map(objectIn)]
  const properties = Object.assign({}, ...all.map((part) => objectIn(part.properties)))
  return { ...Object.assign({}, ...all), ...(Object.keys(properties).length > 0 && { properties }) }
}

function objectIn(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}
}

function mapped(of: Readonly<Record<string, unknown>>, by: (value: unknown) => JsonSchema): Record<string, JsonSchema> {
  return Object.fromEntries(Object.entries(of).map(([key, value]) => [key, by(value)]))
}

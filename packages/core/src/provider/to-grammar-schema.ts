import type { JsonSchema } from '../contracts/schema.js'

type Schemas = Readonly<Record<string, unknown>>

/** Keywords whose values are passed on unchanged. Others, such as `pattern`, are refused or crash the model's process. */
const plain = ['type', 'enum', 'const', '$ref', 'required']
const lengths = ['minItems', 'maxItems', 'minLength', 'maxLength']
/** A grammar repeats a rule this often at most: servers refuse more, or take very long. */
const mostRepetitions = 1000
const formats = new Set(['date', 'time', 'date-time'])

/**
 * The part of a JSON schema that the grammar of every local server supports. Some servers refuse other keywords, and a `pattern`
 * crashes Ollama 0.6. The serving plane checks every answer against the whole schema.
 */
export function toGrammarSchema(schema: JsonSchema): JsonSchema {
  const { format, prefixItems, items, properties, additionalProperties, $defs, definitions } = schema
  return {
    ...Object.fromEntries(plain.filter((key) => schema[key] !== undefined).map((key) => [key, schema[key]])),
    ...Object.fromEntries(
      lengths.filter((key) => Number(schema[key]) <= mostRepetitions).map((key) => [key, schema[key]]),
    ),
    ...(typeof format === 'string' && formats.has(format) ? { format } : {}),
    ...each('properties', properties),
    ...each('$defs', $defs),
    ...each('definitions', definitions),
    ...(isSchema(additionalProperties) ? { additionalProperties: toGrammarSchema(additionalProperties) } : {}),
    ...(additionalProperties === false ? { additionalProperties } : {}),
    ...(Array.isArray(prefixItems) ? tuple(prefixItems) : isSchema(items) ? { items: toGrammarSchema(items) } : {}),
    ...Object.fromEntries(
      ['anyOf', 'oneOf', 'allOf'].flatMap((key) => {
        const parts = schema[key]
        return Array.isArray(parts) ? [[key, parts.filter(isSchema).map(toGrammarSchema)]] : []
      }),
    ),
  }
}

/** A grammar of so many items, each of one of the kinds. */
function tuple(kinds: readonly unknown[]): JsonSchema {
  return {
    items: { anyOf: kinds.filter(isSchema).map(toGrammarSchema) },
    minItems: kinds.length,
    maxItems: kinds.length,
  }
}

function each(name: string, schemas: unknown): JsonSchema {
  if (!isSchema(schemas)) return {}
  const entries = Object.entries(schemas).map(([key, value]) => [key, isSchema(value) ? toGrammarSchema(value) : value])
  return { [name]: Object.fromEntries(entries) }
}

const isSchema = (value: unknown): value is Schemas =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

import type { JsonSchema } from '../contracts/schema.js'

type Schemas = Readonly<Record<string, unknown>>

/** Keywords whose values are passed on unchanged. Others, such as `pattern`, are refused or crash the model's process. */
const plain = ['type', 'enum', 'const', 'required']
const lengths = ['minItems', 'maxItems', 'minLength', 'maxLength']
/** A grammar repeats a rule this often at most: servers refuse more, or take very long. */
const mostRepetitions = 1000
const formats = new Set(['date', 'time', 'date-time'])

/**
 * The part of a JSON schema that the grammar of every local server supports. Some servers refuse other keywords, and a `pattern`
 * crashes Ollama 0.6. The serving plane checks every answer against the whole schema.
 */
export function toGrammarSchema(schema: JsonSchema): JsonSchema {
  const { rename, names } = definitionNames(schema)
  const root = reduced(schema, rename)
  const kinds = {
    ...(isSchema(schema.definitions) ? schema.definitions : {}),
    ...(isSchema(schema.$defs) ? schema.$defs : {}),
  }
  const $defs = Object.fromEntries(
    Object.entries(kinds).map(([name, kind]) => [
      names.get(name) ?? name,
      isSchema(kind) ? reduced(kind, rename) : kind,
    ]),
  )
  // A grammar cannot refer to its beginning.
  if (JSON.stringify(schema).includes('"$ref":"#"')) $defs[rootName] = root
  return { ...root, ...(Object.keys($defs).length === 0 ? {} : { $defs }) }
}

const rootName = 'definition'

/** Ollama 0.6 fails for references to names with an underscore, such as those of zod, and a name must not be that of a rule. */
function definitionNames({ $defs, definitions }: JsonSchema) {
  const given = [definitions, $defs].flatMap((kinds) => (isSchema(kinds) ? Object.keys(kinds) : []))
  const names = new Map(given.map((name, place) => [name, `${rootName}${place}`]))
  const rename = (ref: string): string => {
    if (ref === '#') return `#/$defs/${rootName}`
    const [, name] = /^#\/(?:\$defs|definitions)\/([^/]+)$/.exec(ref) ?? []
    const known = name === undefined ? undefined : names.get(name.replaceAll('~1', '/').replaceAll('~0', '~'))
    return known === undefined ? ref : `#/$defs/${known}`
  }
  return { rename, names }
}

type Rename = (ref: string) => string

function reduced(schema: JsonSchema, rename: Rename): JsonSchema {
  const { $ref, format, prefixItems, items, properties, additionalProperties } = schema
  const inner = (part: JsonSchema) => reduced(part, rename)
  return {
    ...Object.fromEntries(plain.filter((key) => schema[key] !== undefined).map((key) => [key, schema[key]])),
    ...(typeof $ref === 'string' ? { $ref: rename($ref) } : {}),
    ...Object.fromEntries(
      lengths.filter((key) => Number(schema[key]) <= mostRepetitions).map((key) => [key, schema[key]]),
    ),
    ...(typeof format === 'string' && formats.has(format) ? { format } : {}),
    ...(isSchema(properties)
      ? {
          properties: Object.fromEntries(
            Object.entries(properties).map(([key, value]) => [key, isSchema(value) ? inner(value) : value]),
          ),
        }
      : {}),
    ...(isSchema(additionalProperties) ? { additionalProperties: inner(additionalProperties) } : {}),
    ...(additionalProperties === false ? { additionalProperties } : {}),
    ...(Array.isArray(prefixItems)
      ? tuple(prefixItems.filter(isSchema).map(inner))
      : isSchema(items)
        ? { items: inner(items) }
        : {}),
    ...Object.fromEntries(
      ['anyOf', 'oneOf', 'allOf'].flatMap((key) => {
        const parts = schema[key]
        return Array.isArray(parts) ? [[key, parts.filter(isSchema).map(inner)]] : []
      }),
    ),
  }
}

/** A grammar of so many items, each of one of the kinds. */
function tuple(kinds: readonly JsonSchema[]): JsonSchema {
  return { items: { anyOf: kinds }, minItems: kinds.length, maxItems: kinds.length }
}

const isSchema = (value: unknown): value is Schemas =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

import { type JsonSchema, toGrammarSchema } from '@maestro-dataflow/core'

/** A schema in the server's form, and whether answers are wrapped in an object with one property. */
export interface AnswerSchema {
  readonly schema: JsonSchema
  /** Whether every answer is guaranteed to match: servers support this only for some schemas. */
  readonly strict: boolean
  readonly wrapped: boolean
}

/** The property that wraps an answer that is not an object. */
export const wrapper = 'value'

/**
 * Creates the schema of answers. Servers require an object at the top, so anything else is wrapped in one. OpenAI's strict mode
 * accepts objects whose properties are all required and that allow no others, and only some keywords.
 *
 * @param wholeSchemas Whether the server supports more keywords than the grammars of all local servers.
 */
export function toAnswerSchema({ $schema: _, ...schema }: JsonSchema, wholeSchemas = true): AnswerSchema {
  const wrapped = schema.type !== 'object' || schema.anyOf !== undefined || schema.$ref !== undefined
  const whole = wrapped ? wrap(schema) : schema
  const asked = wholeSchemas ? (withoutLookaround(whole) as JsonSchema) : toGrammarSchema(whole)
  return { schema: asked, strict: isStrict(asked), wrapped }
}

/** Every server refuses patterns with lookaround or back-references. The schema's own check covers them. */
const irregular = /\(\?(?:[=!]|<[=!])|\\[1-9]|\\k</

function withoutLookaround(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutLookaround)
  if (typeof value !== 'object' || value === null) return value
  const kept = Object.entries(value).filter(
    ([key, item]) => !(key === 'pattern' && typeof item === 'string' && irregular.test(item)),
  )
  return Object.fromEntries(kept.map(([key, item]) => [key, withoutLookaround(item)]))
}

function wrap({ $defs, definitions, ...schema }: JsonSchema): JsonSchema {
  return {
    type: 'object',
    properties: { [wrapper]: moved(schema) },
    required: [wrapper],
    additionalProperties: false,
    ...($defs === undefined ? {} : { $defs: moved($defs) }),
    ...(definitions === undefined ? {} : { definitions: moved(definitions) }),
  }
}

/** References to schemas that have moved one level down. */
function moved(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(moved)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      const inside = key === '$ref' && typeof item === 'string' && /^#(?!\/(\$defs|definitions)\/)/.test(item)
      return [key, inside ? `#/properties/${wrapper}${item.slice(1)}` : moved(item)]
    }),
  )
}

/** What strict mode accepts besides the structure below. */
const keywords = new Set(
  'type description title enum const properties required additionalProperties items anyOf $ref $defs definitions pattern format minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minItems maxItems'.split(
    ' ',
  ),
)
const formats = new Set('date-time time date duration email hostname ipv4 ipv6 uuid'.split(' '))

function isStrict(schema: unknown): boolean {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return false
  const { type, properties = {}, required = [], additionalProperties, items, anyOf, format } = schema as JsonSchema
  const { $defs = {}, definitions = {} } = schema as JsonSchema
  if (Object.keys(schema).some((keyword) => !keywords.has(keyword))) return false
  if (format !== undefined && !formats.has(String(format))) return false
  if (type === 'object') {
    const names = Object.keys(properties as object)
    if (additionalProperties !== false || names.some((name) => !(required as string[]).includes(name))) return false
  }
  const inner = [properties, $defs, definitions].flatMap((named) => Object.values(named as object))
  return [...inner, ...(items === undefined ? [] : [items]), ...((anyOf as unknown[]) ?? [])].every(isStrict)
}

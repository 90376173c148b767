import {
  type Columns,
  type ColumnType,
  columnTypeOfJson,
  type JsonSchema,
  type Schema,
  toJsonSchema,
} from '@maestro-dataflow/core'
import { aiError } from '../errors.js'

/**
 * The columns that answers add: one for a text, and for data either one or the schema's properties.
 *
 * @throws MAESTRO_SERVING_SCHEMA_UNSUPPORTED, MAESTRO_AI_SCHEMA_COLUMNS when there is neither a property nor an
 * `output`
 */
export function answerColumns(schema: Schema | undefined, output: string | undefined): Columns {
  if (schema === undefined) return { [output ?? 'generated_text']: 'string' }
  const json = toJsonSchema(schema)
  if (output !== undefined) return { [output]: columnType(json, json) }
  const columns = new Map<string, ColumnType>()
  for (const branch of branches(json, json)) {
    for (const [name, property] of Object.entries((branch.properties ?? {}) as Record<string, JsonSchema>)) {
      const type = columnType(property, json)
      columns.set(name, columns.has(name) && columns.get(name) !== type ? 'unknown' : type)
    }
  }
  if (columns.size === 0) throw aiError('MAESTRO_AI_SCHEMA_COLUMNS', {})
  return Object.fromEntries(columns)
}

/** The properties of an object schema with their descriptions; '' stands for a missing description. */
export function describeProperties(json: JsonSchema): Readonly<Record<string, string>> {
  const properties = branches(json, json).flatMap((branch) =>
    Object.entries((branch.properties ?? {}) as Record<string, JsonSchema>),
  )
  return Object.fromEntries(
    properties.map(([name, { description }]) => [name, typeof description === 'string' ? description : '']),
  )
}

/** The column type of a schema's values. Null is ignored, because every column may contain it. */
function columnType(schema: JsonSchema, root: JsonSchema): ColumnType {
  const found = new Set(branches(schema, root).flatMap(typeNames))
  found.delete('null')
  const [first, ...others] = new Set([...found].map((name) => columnTypeOfJson.get(name) ?? 'unknown'))
  return first !== undefined && others.length === 0 ? first : 'unknown'
}

function typeNames({ type, enum: values, const: value }: JsonSchema): readonly string[] {
  if (typeof type === 'string') return [type]
  if (Array.isArray(type)) return type.map(String)
  const listed = Array.isArray(values) ? values : value === undefined ? [] : [value]
  return listed.map((item) => (item === null ? 'null' : Array.isArray(item) ? 'array' : typeof item))
}

/** A schema, or the members of a union. Each reference is followed once, so that a recursive schema terminates. */
function branches(schema: JsonSchema, root: JsonSchema, followed: readonly string[] = []): readonly JsonSchema[] {
  const { $ref, anyOf, oneOf, allOf } = schema
  if (typeof $ref === 'string') {
    const target = followed.includes($ref) ? undefined : resolveReference($ref, root)
    return target === undefined ? [] : branches(target, root, [...followed, $ref])
  }
  const parts = [anyOf, oneOf, allOf].flatMap((list) => (Array.isArray(list) ? (list as JsonSchema[]) : []))
  const own = schema.type === undefined && schema.properties === undefined && parts.length > 0 ? [] : [schema]
  return [...own, ...parts.flatMap((part) => branches(part, root, followed))]
}

function resolveReference(reference: string, root: JsonSchema): JsonSchema | undefined {
  let found: unknown = root
  for (const part of reference.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~')
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return undefined
    found = (found as Record<string, unknown>)[key]
  }
  return found as JsonSchema
}

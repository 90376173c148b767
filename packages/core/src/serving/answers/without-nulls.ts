import type { JsonSchema } from '../../contracts/schema.js'

type Fields = Readonly<Record<string, unknown>>

/** Bounds the walk through a schema that refers to itself. */
const deepest = 64

/**
 * The data without the properties that are null although the schema allows them only to be missing: many models write
 * null for what they do not know. The same value if there is none.
 */
export function withoutNulls(value: unknown, schema: JsonSchema): unknown {
  const walk = (value: unknown, given: unknown, depth: number): unknown => {
    const here = resolved(given, schema)
    if (here === undefined || depth > deepest) return value
    if (Array.isArray(value)) {
      const items = value.map((item) => walk(item, here.items, depth + 1))
      return items.every((item, index) => item === value[index]) ? value : items
    }
    if (!isFields(value) || !isFields(here.properties)) return value
    const { properties, required } = here
    const isSurplus = ([name, item]: readonly [string, unknown]) =>
      item === null && name in properties && !(Array.isArray(required) && required.includes(name))
    const entries = Object.entries(value)
    const kept = entries
      .filter((entry) => !(isSurplus(entry) && !allowsNull(resolved(properties[entry[0]], schema))))
      .map(([name, item]) => [name, walk(item, properties[name], depth + 1)] as const)
    const isSame = kept.length === entries.length && kept.every(([name, item]) => item === value[name])
    return isSame ? value : Object.fromEntries(kept)
  }
  return walk(value, schema, 0)
}

/** A schema, or the one within the whole that it refers to. */
function resolved(given: unknown, whole: JsonSchema): Fields | undefined {
  if (!isFields(given)) return undefined
  const { $ref: reference } = given
  if (typeof reference !== 'string') return given
  const found = reference
    .replace(/^#\/?/, '')
    .split('/')
    .filter((name) => name !== '')
    .reduce<unknown>((at, name) => (isFields(at) ? at[name] : undefined), whole)
  return isFields(found) && found.$ref === undefined ? found : undefined
}

/** Whether null matches a schema. In doubt it does, so that nothing is removed. */
function allowsNull(schema: Fields | undefined): boolean {
  if (schema === undefined) return true
  const { type, const: constant, enum: values } = schema
  if (constant !== undefined) return constant === null
  if (Array.isArray(values)) return values.includes(null)
  if (type === undefined) return true
  return Array.isArray(type) ? type.includes('null') : type === 'null'
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

import { isSchema, type JsonSchema, type Schema } from '@maestro-dataflow/core'
import { z } from 'zod'

const typeName = z.enum(['string', 'number', 'integer', 'boolean', 'null', 'object', 'array'])
const count = z.number().int().nonnegative()
const says = ['type', 'enum', 'const', '$ref', 'anyOf', 'oneOf', 'allOf'] as const

/**
 * The supported part of JSON Schema, which is checked in full. Other keywords are refused, because they would not be
 * checked.
 */
const node = z
  .strictObject({
    $schema: z.string().optional(),
    $id: z.string().optional(),
    title: z.string().optional(),
    description: z.string().optional(),
    default: z.unknown().optional(),
    examples: z.array(z.unknown()).optional(),
    type: z
      .union([typeName, z.array(typeName).min(1)], 'a type is expected, such as string or [string, "null"]')
      .optional(),
    enum: z.array(z.unknown()).min(1).optional(),
    const: z.unknown().optional(),
    minLength: count.optional(),
    maxLength: count.optional(),
    pattern: z.string().optional(),
    format: z.string().optional(),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    exclusiveMinimum: z.number().optional(),
    exclusiveMaximum: z.number().optional(),
    multipleOf: z.number().positive().optional(),
    get properties() {
      return z.record(z.string(), node).optional()
    },
    required: z.array(z.string()).optional(),
    get additionalProperties() {
      return z.union([z.boolean(), node]).optional()
    },
    get items() {
      return node.optional()
    },
    minItems: count.optional(),
    maxItems: count.optional(),
    get anyOf() {
      return z.array(node).min(1).optional()
    },
    get oneOf() {
      return z.array(node).min(1).optional()
    },
    get allOf() {
      return z.array(node).min(1).optional()
    },
    $ref: z.string().optional(),
    get $defs() {
      return z.record(z.string(), node).optional()
    },
  })
  .check(({ value, issues }) => {
    const fail = (message: string) => issues.push({ code: 'custom', message, input: value })
    if (!says.some((key) => value[key] !== undefined)) fail('`type` is missing')
    if (value.allOf !== undefined || value.anyOf !== undefined || value.oneOf !== undefined) return
    for (const name of value.required ?? [])
      if (!Object.hasOwn(value.properties ?? {}, name)) fail(`required names "${name}", which is not in \`properties\``)
  }) as z.ZodType<JsonSchema>

/** An option that is a schema of a library, or a JSON Schema in YAML and JSON pipelines. */
const anySchema = z.unknown().transform((given, context): Schema => {
  if (isSchema(given)) return given
  const checked = node.safeParse(given)
  if (!checked.success) {
    for (const { message, path } of checked.error.issues)
      context.issues.push({ code: 'custom', message, path, input: given })
    return z.NEVER
  }
  try {
    return fromJsonSchema(given as JsonSchema)
  } catch (error) {
    context.issues.push({ code: 'custom', message: (error as Error).message, input: given })
    return z.NEVER
  }
})

/**
 * The same option, whose type accepts only a schema of a library: TypeScript cannot infer column types from a JSON
 * Schema.
 */
export const schemaOption = anySchema as z.ZodType<Schema, Schema>

/** Validates with zod, and shows the original document to models and in plans. */
function fromJsonSchema(json: JsonSchema): Schema {
  const { '~standard': standard } = z.fromJSONSchema(json)
  const asWritten = () => json
  const source = { ...standard, vendor: 'json-schema', jsonSchema: { input: asWritten, output: asWritten } }
  return { '~standard': source }
}

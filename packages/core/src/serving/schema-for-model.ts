import type { JsonSchema, Schema } from '../contracts/schema.js'
import type { AnswerCheck } from '../contracts/serving.js'
import { describeIssues } from '../errors/describe-issues.js'
import { maestroError } from '../errors/error-table.js'

const jsonSchemas = new WeakMap<Schema, JsonSchema>()
const checks = new WeakMap<Schema, AnswerCheck>()

/** A schema as JSON Schema for a model. @throws MAESTRO_SERVING_SCHEMA_UNSUPPORTED */
export function toJsonSchema(schema: Schema): JsonSchema {
  const known = jsonSchemas.get(schema)
  if (known !== undefined) return known
  const standard = schema['~standard'] as { jsonSchema?: { output(options: { target: string }): JsonSchema } }
  let json: JsonSchema | undefined
  try {
    json = standard.jsonSchema?.output({ target: 'draft-2020-12' })
  } catch (error) {
    throw maestroError('MAESTRO_SERVING_SCHEMA_UNSUPPORTED', { reason: (error as Error).message }, error)
  }
  if (json === undefined)
    throw maestroError('MAESTRO_SERVING_SCHEMA_UNSUPPORTED', { reason: 'it gives no JSON Schema' })
  jsonSchemas.set(schema, json)
  return json
}

/** The check that a schema itself makes of an answer: refinements and all that JSON Schema cannot say. */
export function checkOf(schema: Schema): AnswerCheck {
  const known = checks.get(schema)
  if (known !== undefined) return known
  const check: AnswerCheck = async (value) => {
    const result = await schema['~standard'].validate(value)
    return result.issues === undefined ? { value: result.value } : { issues: describeIssues(result.issues) }
  }
  checks.set(schema, check)
  return check
}

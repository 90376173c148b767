import type { JsonSchema, Schema } from '../contracts/schema.js'
import type { AnswerCheck } from '../contracts/serving.js'
import { describeIssues } from '../errors/describe-issues.js'
import { maestroError } from '../errors/error-table.js'
import { MaestroError } from '../errors/maestro-error.js'
import { zodOptions } from './zod-options.js'

const jsonSchemas = new WeakMap<Schema, JsonSchema>()
const checks = new WeakMap<Schema, AnswerCheck>()

/** Converts a schema to JSON Schema for a model. @throws MAESTRO_SERVING_SCHEMA_UNSUPPORTED */
export function toJsonSchema(schema: Schema): JsonSchema {
  const known = jsonSchemas.get(schema)
  if (known !== undefined) return known
  // Describes the input of the schema, not its output, because the check begins with the input.
  const { vendor, jsonSchema } = schema['~standard'] as {
    vendor: string
    jsonSchema?: { input(options: object): JsonSchema }
  }
  const libraryOptions = vendor === 'zod' ? { libraryOptions: zodOptions } : {}
  let json: JsonSchema | undefined
  try {
    json = jsonSchema?.input({ target: 'draft-2020-12', ...libraryOptions })
  } catch (error) {
    if (MaestroError.is(error)) throw error
    throw maestroError('MAESTRO_SERVING_SCHEMA_UNSUPPORTED', { reason: (error as Error).message }, error)
  }
  if (json === undefined)
    throw maestroError('MAESTRO_SERVING_SCHEMA_UNSUPPORTED', { reason: 'it provides no JSON Schema' })
  jsonSchemas.set(schema, json)
  return json
}

/** The schema's own check of an answer, including refinements and everything that JSON Schema cannot express. */
export function checkOf(schema: Schema): AnswerCheck {
  const known = checks.get(schema)
  if (known !== undefined) return known
  const check: AnswerCheck = async (value) => {
    const result = await schema['~standard'].validate(value)
    return result.issues === undefined ? { value: result.value } : { issues: describeIssues(result.issues, value) }
  }
  checks.set(schema, check)
  return check
}

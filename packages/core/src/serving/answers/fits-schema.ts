import type { JsonSchema } from '../../contracts/schema.js'
import type { AnswerCheck } from '../../contracts/serving.js'

const checks = new WeakMap<JsonSchema, Promise<AnswerCheck>>()

/**
 * A check by the JSON Schema alone, for callers that bring none. A schema that cannot be compiled accepts everything.
 */
export function checkOfJsonSchema(schema: JsonSchema): Promise<AnswerCheck> {
  const known = checks.get(schema) ?? createCheck(schema)
  checks.set(schema, known)
  return known
}

async function createCheck(schema: JsonSchema): Promise<AnswerCheck> {
  const { z } = await import('zod')
  try {
    const type = z.fromJSONSchema(schema)
    return (value) =>
      type.safeParse(value).success ? { value } : { issues: ['the answer does not match the JSON Schema'] }
  } catch {
    return (value) => ({ value })
  }
}

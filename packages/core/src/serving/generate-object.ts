import type { JsonSchema, Schema } from '../contracts/schema.js'
import type { CallOptions, LLMRequest, LLMServing } from '../contracts/serving.js'
import { maestroError } from '../errors/error-table.js'
import { extractJson, parseJson } from './extract-json.js'

/** A schema as JSON Schema for a model. @throws MAESTRO_SERVING_SCHEMA_UNSUPPORTED */
export function toJsonSchema(schema: Schema): JsonSchema {
  const standard = schema['~standard'] as { jsonSchema?: { output(options: { target: string }): JsonSchema } }
  try {
    const json = standard.jsonSchema?.output({ target: 'draft-2020-12' })
    if (json !== undefined) return json
  } catch (error) {
    throw maestroError('MAESTRO_SERVING_SCHEMA_UNSUPPORTED', { reason: (error as Error).message }, error)
  }
  throw maestroError('MAESTRO_SERVING_SCHEMA_UNSUPPORTED', { reason: 'it gives no JSON Schema' })
}

/**
 * Asks for an answer that fits a schema and checks it.
 *
 * @throws MAESTRO_SERVING_CUT_OFF, _FILTERED, _MALFORMED_REPLY, _SCHEMA_MISMATCH
 */
export async function generateObject<Value>(
  serving: LLMServing,
  request: LLMRequest,
  schema: Schema<unknown, Value>,
  options: CallOptions = {},
): Promise<Value> {
  const asked = { ...request, schema: toJsonSchema(schema) }
  const { jsonSchema } = serving.capabilities
  const result = await serving.generate(jsonSchema ? asked : withInstruction(asked), options)
  if (result.finishReason === 'length')
    throw maestroError('MAESTRO_SERVING_CUT_OFF', { serving: serving.name, tokens: result.usage.outputTokens })
  if (result.finishReason === 'content-filter')
    throw maestroError('MAESTRO_SERVING_FILTERED', { serving: serving.name })
  const checked = await schema['~standard'].validate(result.object ?? parseReply(serving.name, result.text, jsonSchema))
  if (checked.issues === undefined) return checked.value
  throw maestroError('MAESTRO_SERVING_SCHEMA_MISMATCH', {
    serving: serving.name,
    issues: checked.issues.map((issue) => issue.message),
  })
}

/**
 * Tells a model that cannot be held to a schema what to answer: behind the prompt, so that its beginning stays the
 * same, and in the user's words, for many models know no instruction after those.
 */
function withInstruction({ schema, ...request }: LLMRequest & { readonly schema: JsonSchema }): LLMRequest {
  const text = `Answer with JSON only, without any other text, that fits this JSON Schema:\n${JSON.stringify(schema)}`
  const last = request.messages.at(-1)
  if (last?.role !== 'user') return { ...request, messages: [...request.messages, { role: 'user', content: text }] }
  const content =
    typeof last.content === 'string' ? `${last.content}\n\n${text}` : [...last.content, { type: 'text' as const, text }]
  return { ...request, messages: [...request.messages.slice(0, -1), { ...last, content }] }
}

/** @param strict Whether the answer is JSON by construction; else what stands around it is passed over. */
function parseReply(serving: string, reply: string, strict: boolean): unknown {
  const value = strict ? parseJson(reply) : extractJson(reply)
  if (value !== undefined) return value
  throw maestroError('MAESTRO_SERVING_MALFORMED_REPLY', { serving, reply: reply.slice(0, 200) })
}

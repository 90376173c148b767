import type { Schema } from '../contracts/schema.js'
import type { LLMRequest, LLMServing } from '../contracts/serving.js'
import { EnhancedLLMServing } from './enhanced-llm-serving.js'
import type { PackedCallOptions } from './packed/packed-call-options.js'
import { checkOf, toJsonSchema } from './schema-for-model.js'

/**
 * Requests an answer that matches a schema: natively if the model supports schemas, or else by a description in the
 * prompt. An answer that does not match is shown to the model with its faults, up to `repairs` times.
 *
 * @throws MAESTRO_SERVING_CUT_OFF, _FILTERED, _REFUSED, _MALFORMED_REPLY, _SCHEMA_MISMATCH, _SCHEMA_UNSUPPORTED and
 *   what the call itself throws
 */
export async function generateObject<Value>(
  serving: LLMServing,
  request: LLMRequest,
  schema: Schema<unknown, Value>,
  options: PackedCallOptions = {},
): Promise<Value> {
  const asked = { ...request, schema: toJsonSchema(schema) }
  const { object } = await EnhancedLLMServing.of(serving).generate(asked, { ...options, check: checkOf(schema) })
  // The schema's own check has created this value.
  return object as Value
}

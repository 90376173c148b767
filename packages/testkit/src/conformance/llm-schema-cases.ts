import assert from 'node:assert/strict'
import { generateObject, type JsonSchema, toJsonSchema } from '@maestro-dataflow/core'
import { z } from 'zod'
import { ask, assertResult, type LLMSubject } from './llm-subject.js'
import { watch } from './outcomes.js'
import { assertTypedError } from './serving-subject.js'

/** Without free texts: a tiny model may begin one and never end it. */
const review = z.strictObject({
  colour: z.enum(['red', 'green', 'blue']),
  count: z.number().int(),
  tags: z.array(z.enum(['sky', 'day'])).max(2),
})
const question = 'What colour is a clear sky? Answer with a colour, the count 1, and one tag.'

const hello = '你好，世界 👩🏽‍🚀 é "quoted" \\ {{x}}'
const greeting: JsonSchema = {
  type: 'object',
  properties: { greeting: { type: 'string', enum: [hello] } },
  required: ['greeting'],
  additionalProperties: false,
}

/** The rules for answers to a JSON schema: natively if the model states so, or else through the serving plane. */
export const llmSchemaCases = {
  async 'answers fit a JSON schema'({ serving }: LLMSubject) {
    const request = ask(question, { maxTokens: 96 })
    const value = await generateObject(serving, request, review)
    assert.deepEqual(review.parse(value), value)
    if (!serving.capabilities.jsonSchema) return
    const result = await serving.generate({ ...request, schema: toJsonSchema(review) })
    assertResult(result)
    assert.ok(review.safeParse(result.object).success, `the object is ${JSON.stringify(result.object)}`)
    assert.deepEqual(JSON.parse(result.text), result.object, 'text and object differ')
  },

  async 'characters of all kinds in a schema are returned unchanged'({ serving }: LLMSubject) {
    if (!serving.capabilities.jsonSchema) return
    const result = await serving.generate(ask('Greet the world.', { schema: greeting, maxTokens: 96 }))
    assert.deepEqual(result.object, { greeting: hello })
    assert.deepEqual(JSON.parse(result.text), result.object, 'text and object differ')
  },

  async 'a truncated answer to a schema is reported as truncated'(subject: LLMSubject) {
    const { serving } = subject
    if (!serving.capabilities.jsonSchema) return
    const call = watch(serving.generate(ask('Greet the world.', { schema: greeting, maxTokens: 2 })))
    const outcome = await call.outcome
    if ('error' in outcome) return assertTypedError(subject, outcome, 'MAESTRO_SERVING_CUT_OFF')
    assertResult(outcome.value)
    assert.equal(outcome.value.finishReason, 'length')
  },
}

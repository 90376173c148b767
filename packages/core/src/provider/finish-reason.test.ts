import { describe, expect, test } from 'vitest'
import { finishReasonOf } from './finish-reason.js'

const usage = { inputTokens: 7, outputTokens: 3 }

test.each<[string | null | undefined, string]>([
  [undefined, 'stop'],
  [null, 'stop'],
  ['', 'stop'],
  ['stop', 'stop'],
  ['STOP', 'stop'],
  ['FINISH_REASON_STOP', 'stop'],
  ['FinishReason.STOP', 'stop'],
  ['FinishReason.MAX_TOKENS', 'length'],
  ['StopReason.content_filter', 'content-filter'],
  ['end_turn', 'stop'],
  ['eosFound', 'stop'],
  ['tool_calls', 'stop'],
  ['length', 'length'],
  ['model_length', 'length'],
  ['MAX_TOKENS', 'length'],
  ['maxTokens', 'length'],
  ['max-output-tokens', 'length'],
  ['repetition_truncation', 'length'],
  ['SAFETY', 'content-filter'],
  ['content_filter: violence', 'content-filter'],
  ['guardrail_intervened', 'content-filter'],
  ['refusal', 'refusal'],
])('%s is %s', (said, reason) => {
  expect(finishReasonOf('a model', said, usage)).toBe(reason)
})

describe('an answer that did not end is a typed error with its usage', () => {
  test.each<[string, string]>([
    ['pause_turn', 'UNFINISHED'],
    ['OTHER', 'UNFINISHED'],
    ['MALFORMED_FUNCTION_CALL', 'SERVER'],
    ['something new', 'UNFINISHED'],
    ['abort', 'SERVER'],
    ['error', 'SERVER'],
    ['insufficient_system_resource', 'OVERLOADED'],
  ])('%s: MAESTRO_SERVING_%s', (said, code) => {
    expect(() => finishReasonOf('a model', said, usage)).toThrow(
      expect.objectContaining({
        code: `MAESTRO_SERVING_${code}`,
        details: expect.objectContaining({ usage, reason: expect.stringContaining(said) }),
      }),
    )
  })
})

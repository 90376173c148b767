import type { Usage } from '@maestro-dataflow/core'
import { byName } from './reply-case.js'

const tokens = (prompt: number, completion: number, more: object = {}) => ({
  usage: { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion, ...more },
})

const odd = byName(
  {
    'usage as texts': { usage: { prompt_tokens: '7', completion_tokens: '3' } },
    'negative usage': { usage: { prompt_tokens: -1, completion_tokens: -3 } },
    'impossible usage': { usage: { prompt_tokens: 1e30, completion_tokens: 3 } },
    'a list for usage': { usage: [] },
    'a text for usage': { usage: 'none' },
    'no usage': { usage: null },
    'usage with a text for its details': tokens(7, 3, { prompt_tokens_details: 'none' }),
    'a number for the model': { model: 7 },
    'no model': { model: null },
    'no id': { id: null },
    'a text for the time': { created: 'yesterday' },
    'a usage below the name of Groq': { usage: null, x_groq: { usage: { prompt_tokens: 7, completion_tokens: 3 } } },
    'an error of nulls': { error: { message: null, code: null } },
    'an error without words': { error: { message: '', code: 0 } },
    'a number for the service tier': { service_tier: 3 },
  },
  (what) => `${what} does not spoil an answer`,
  (beside) => ({ said: [{ text: 'bad', beside }], expected: { text: 'bad' } }),
)

const counted = byName<{ readonly beside: object; readonly usage: Partial<Usage> }>(
  {
    'cached tokens beside the prompt': {
      beside: tokens(10, 3, { prompt_tokens_details: { cached_tokens: 50 } }),
      usage: { inputTokens: 60, cachedInputTokens: 50, outputTokens: 3 },
    },
    'the usage of Groq': {
      beside: { usage: undefined, x_groq: { usage: { prompt_tokens: 9, completion_tokens: 4 } } },
      usage: { inputTokens: 9, outputTokens: 4 },
    },
    'more reasoning than answer': {
      beside: tokens(10, 3, { completion_tokens_details: { reasoning_tokens: 100 } }),
      usage: { inputTokens: 10, outputTokens: 103, reasoningTokens: 100 },
    },
    'reasoning beside a longer answer': {
      beside: tokens(10, 300, { total_tokens: 410, completion_tokens_details: { reasoning_tokens: 100 } }),
      usage: { inputTokens: 10, outputTokens: 400, reasoningTokens: 100 },
    },
  },
  (what) => `${what} is counted`,
  ({ beside, usage }) => ({
    said: [{ text: 'bad', beside: { ...beside } }],
    expected: { text: 'bad', usage },
  }),
)

/** Odd data beside an answer, and the tokens of servers that count in their own way. */
export const sideDataCases = { ...odd, ...counted }

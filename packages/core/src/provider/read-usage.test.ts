import { expect, test } from 'vitest'
import { readUsage, usageIn } from './read-usage.js'

test.each<[string, unknown, object]>([
  [
    'OpenAI',
    { prompt_tokens: 9, completion_tokens: 5, total_tokens: 14, completion_tokens_details: { reasoning_tokens: 3 } },
    { inputTokens: 9, outputTokens: 5, reasoningTokens: 3 },
  ],
  [
    'xAI, reasoning beside the completion',
    { prompt_tokens: 9, completion_tokens: 5, total_tokens: 114, completion_tokens_details: { reasoning_tokens: 100 } },
    { inputTokens: 9, outputTokens: 105, reasoningTokens: 100 },
  ],
  [
    'xAI, less reasoning than answer',
    { prompt_tokens: 9, completion_tokens: 5, total_tokens: 17, completion_tokens_details: { reasoning_tokens: 3 } },
    { inputTokens: 9, outputTokens: 8, reasoningTokens: 3 },
  ],
  [
    'Anthropic, cached tokens beside the prompt',
    { prompt_tokens: 9, completion_tokens: 5, cache_read_input_tokens: 90, cache_creation_input_tokens: 1 },
    { inputTokens: 100, outputTokens: 5, cachedInputTokens: 90, cacheWriteInputTokens: 1 },
  ],
  [
    'Moonshot',
    { prompt_tokens: 9, completion_tokens: 5, total_tokens: 14, cached_tokens: 8 },
    { inputTokens: 9, outputTokens: 5, cachedInputTokens: 8 },
  ],
  [
    'reasoning without details, beside the completion',
    { prompt_tokens: 9, completion_tokens: 1, total_tokens: 210, reasoning_tokens: 200 },
    { inputTokens: 9, outputTokens: 201, reasoningTokens: 200 },
  ],
  [
    'DeepSeek',
    { prompt_tokens: 9, completion_tokens: 5, prompt_cache_hit_tokens: 8 },
    { inputTokens: 9, outputTokens: 5, cachedInputTokens: 8 },
  ],
  [
    'Anthropic itself, few cached tokens',
    { input_tokens: 90, output_tokens: 5, cache_read_input_tokens: 9, cache_creation_input_tokens: 1 },
    { inputTokens: 100, outputTokens: 5, cachedInputTokens: 9, cacheWriteInputTokens: 1 },
  ],
  [
    'Gemini',
    {
      promptTokenCount: 9,
      candidatesTokenCount: 5,
      thoughtsTokenCount: 3,
      cachedContentTokenCount: 2,
      totalTokenCount: 17,
      promptTokensDetails: [
        { modality: 'TEXT', tokenCount: 4 },
        { modality: 'AUDIO', tokenCount: 5 },
      ],
    },
    { inputTokens: 9, outputTokens: 8, cachedInputTokens: 2, reasoningTokens: 3, audioInputTokens: 5 },
  ],
  [
    'Anthropic itself, a cache for an hour, thoughts',
    {
      input_tokens: 10,
      output_tokens: 9,
      cache_read_input_tokens: 0,
      cache_creation_input_tokens: 30,
      cache_creation: { ephemeral_5m_input_tokens: 10, ephemeral_1h_input_tokens: 20 },
      output_tokens_details: { thinking_tokens: 4 },
    },
    {
      inputTokens: 40,
      outputTokens: 9,
      cachedInputTokens: 0,
      cacheWriteInputTokens: 30,
      longCacheWriteInputTokens: 20,
      reasoningTokens: 4,
    },
  ],
  [
    'Bedrock',
    {
      inputTokens: 90,
      outputTokens: 5,
      totalTokens: 105,
      cacheReadInputTokens: 9,
      cacheWriteInputTokens: 1,
      cacheDetails: [{ ttl: '1h', inputTokens: 1 }],
    },
    {
      inputTokens: 100,
      outputTokens: 5,
      cachedInputTokens: 9,
      cacheWriteInputTokens: 1,
      longCacheWriteInputTokens: 1,
    },
  ],
  [
    'the Responses API, cache writes',
    { input_tokens: 9, output_tokens: 5, input_tokens_details: { cached_tokens: 2, cache_write_tokens: 3 } },
    { inputTokens: 9, outputTokens: 5, cachedInputTokens: 2, cacheWriteInputTokens: 3 },
  ],
  [
    'images and recordings',
    { prompt_tokens: 9, completion_tokens: 5, prompt_tokens_details: { audio_tokens: 4, image_tokens: 3 } },
    { inputTokens: 9, outputTokens: 5, audioInputTokens: 4, imageInputTokens: 3 },
  ],
  ['numbers as texts', { prompt_tokens: '9', completion_tokens: '5' }, { inputTokens: 9, outputTokens: 5 }],
  ['nothing', null, {}],
])('%s', (_, given, usage) => {
  expect(readUsage(given)).toEqual({ usage, unreadable: [] })
})

test.each<[unknown, string]>([
  [[], 'usage'],
  [7, 'usage'],
  [{ prompt_tokens: -1 }, 'usage.prompt_tokens'],
  [{ prompt_tokens: 'many' }, 'usage.prompt_tokens'],
  [{ completion_tokens: 1.5 }, 'usage.completion_tokens'],
])('what cannot be read is named: %o', (given, name) => {
  expect(readUsage(given)).toEqual({ usage: {}, unreadable: [name] })
})

test('the usage of a whole reply stands beside the answer or within its error', () => {
  const usage = { prompt_tokens: 7, completion_tokens: 0 }
  const expected = { inputTokens: 7, outputTokens: 0 }
  expect(usageIn({ choices: [], usage })).toEqual(expected)
  expect(usageIn({ error: { message: 'no', usage } })).toEqual(expected)
  expect(usageIn({ promptFeedback: {}, usageMetadata: { promptTokenCount: 7 } })).toEqual(expected)
  for (const none of [undefined, null, 'no', [], {}, { usage: 'none' }, { error: 'no' }, { usage: [] }])
    expect(usageIn(none)).toBeUndefined()
})

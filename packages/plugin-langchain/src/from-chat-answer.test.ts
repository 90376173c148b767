import { AIMessage } from '@langchain/core/messages'
import { expect, test } from 'vitest'
import { fromChatAnswer } from './from-chat-answer.js'

const asked = { model: 'm', promptTokens: 7 }

test('tokens that were written to a cache or read from it are counted as such, for they have prices of their own', () => {
  const message = Object.assign(new AIMessage('bad'), {
    response_metadata: { stop_reason: 'end_turn' },
    usage_metadata: {
      input_tokens: 130,
      output_tokens: 3,
      total_tokens: 133,
      input_token_details: { cache_read: 100, cache_creation: 20 },
    },
  })
  expect(fromChatAnswer('langchain', message, asked).usage).toEqual({
    inputTokens: 130,
    outputTokens: 3,
    cachedInputTokens: 100,
    cacheWriteInputTokens: 20,
  })
})

test('reasoning that xAI counts beside the answer is added to it', () => {
  const message = Object.assign(new AIMessage('bad'), {
    response_metadata: { finish_reason: 'stop' },
    usage_metadata: {
      input_tokens: 10,
      output_tokens: 3,
      total_tokens: 113,
      output_token_details: { reasoning: 100 },
    },
  })
  expect(fromChatAnswer('langchain', message, asked).usage).toMatchObject({ outputTokens: 103, reasoningTokens: 100 })
})

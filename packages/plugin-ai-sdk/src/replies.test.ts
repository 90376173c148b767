// The packages are imported beforehand, because some cases give a call only a few milliseconds.
import '@ai-sdk/anthropic'
import '@ai-sdk/google'
import '@ai-sdk/openai'
import '@ai-sdk/openai-compatible'
import type { LLMServing } from '@maestro-dataflow/core'
import { describeLLMReplies } from '@maestro-dataflow/testkit/vitest'
import { chatServingOf } from './chat-serving.js'

const serving = (provider: string, options: Readonly<Record<string, unknown>>): LLMServing =>
  chatServingOf({ provider, model: 'tiny', options: { ...options, apiKey: 'played' } }, import.meta.dirname, {})

describeLLMReplies(
  (url) =>
    serving('@ai-sdk/openai-compatible', { name: 'played', baseURL: `${url}/v1`, supportsStructuredOutputs: true }),
  {
    title: 'replies of a compatible server through the AI SDK',
  },
)
describeLLMReplies((url) => serving('@ai-sdk/anthropic', { baseURL: `${url}/v1` }), {
  title: 'replies of Anthropic through the AI SDK',
  dialect: 'anthropic',
})
describeLLMReplies((url) => serving('@ai-sdk/google', { baseURL: `${url}/v1beta` }), {
  title: 'replies of Gemini through the AI SDK',
  dialect: 'gemini',
})
describeLLMReplies((url) => serving('@ai-sdk/openai', { baseURL: `${url}/v1` }), {
  title: 'replies of the Responses API through the AI SDK',
  dialect: 'openaiResponses',
})

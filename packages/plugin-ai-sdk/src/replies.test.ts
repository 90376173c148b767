// The packages are imported beforehand, because some cases give a call only a few milliseconds.
import '@ai-sdk/amazon-bedrock'
import '@ai-sdk/anthropic'
import '@ai-sdk/cohere'
import '@ai-sdk/google'
import '@ai-sdk/mistral'
import '@ai-sdk/openai'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import type { LLMServing } from '@maestro-dataflow/core'
import { describeLLMReplies } from '@maestro-dataflow/testkit/vitest'
import { chatServingOf, fromAISDK } from './chat-serving.js'

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
  skip: {
    'a setting that the server refuses is left out, with a warning: stop':
      'the API has no such setting, and it is not sent',
  },
})
describeLLMReplies((url) => serving('@ai-sdk/mistral', { baseURL: `${url}/v1` }), {
  title: 'replies of Mistral through the AI SDK',
  dialect: 'mistral',
})
describeLLMReplies((url) => serving('@ai-sdk/amazon-bedrock', { baseURL: url, region: 'eu-central-1' }), {
  title: 'replies of Amazon Bedrock through the AI SDK',
  dialect: 'bedrock',
})
describeLLMReplies((url) => serving('@ai-sdk/cohere', { baseURL: `${url}/v2` }), {
  title: 'replies of Cohere through the AI SDK',
  dialect: 'cohere',
})
for (const [whose, own] of Object.entries({ 'of the project': {}, 'of the user': { fetch } }))
  describeLLMReplies(
    (url) =>
      fromAISDK(
        createOpenAICompatible({ name: 'played', baseURL: `${url}/v1`, supportsStructuredOutputs: true, ...own })(
          'tiny',
        ),
      ),
    { title: `replies to a model of the AI SDK that was created in code, with the fetch ${whose}` },
  )

import { createOpenAICompatible } from '@ai-sdk/openai-compatible'

export const makeModel = (baseURL) =>
  createOpenAICompatible({ name: 'bench', baseURL, apiKey: 'a key' }).languageModel('bench')

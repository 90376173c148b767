import { defineConfig, env, type ServingTypes } from '@maestro-dataflow/core'
import { expectTypeOf, test } from 'vitest'
import type {} from './component-types.js'

test('options are known where the config is written', () => {
  defineConfig({
    servings: {
      default: { use: 'openai.chat', model: 'gpt-5-mini', apiKey: env('OPENAI_API_KEY'), limits: { concurrency: 64 } },
      local: { use: 'openai.chat', model: 'smollm2', baseUrl: 'http://localhost:11434/v1', stream: true },
      azure: { use: 'openai.chat', model: 'gpt-4o', azure: { endpoint: 'https://name.openai.azure.com' } },
      embedder: { use: 'openai.embeddings', model: 'text-embedding-3-small', dimensions: 256 },
      speech: { use: 'openai.transcription', model: 'whisper-1', language: 'en' },
    },
  })
  expectTypeOf<ServingTypes['openai.chat']['temperature']>().toEqualTypeOf<number | undefined>()
  expectTypeOf<ServingTypes['openai.embeddings']['model']>().toEqualTypeOf<string>()
  expectTypeOf<ServingTypes['openai.transcription']['language']>().toEqualTypeOf<string | undefined>()
  // @ts-expect-error a text is no number
  const hot: ServingTypes['openai.chat'] = { model: 'gpt-5-mini', temperature: 'hot' }
  // @ts-expect-error the model is missing
  const nobody: ServingTypes['openai.embeddings'] = { dimensions: 256 }
  return [hot, nobody]
})

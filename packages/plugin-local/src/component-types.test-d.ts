import { defineConfig, type ServingTypes } from '@maestro-dataflow/core'
import { expectTypeOf, test } from 'vitest'
import type { LocalChatOptions } from './chat-serving-options.js'
import type {} from './component-types.js'
import type { LocalEmbeddingOptions } from './embedding-serving-options.js'

test('the servings are known by name', () => {
  expectTypeOf<ServingTypes['local.chat']>().toEqualTypeOf<LocalChatOptions>()
  expectTypeOf<ServingTypes['local.embeddings']>().toEqualTypeOf<LocalEmbeddingOptions>()
})

test('their options, beside the settings of every serving', () => {
  defineConfig({
    plugins: [],
    servings: {
      default: { use: 'local.chat', model: 'smollm2-135m-instruct', threads: 2 },
      embedder: { use: 'local.embeddings', pooling: 'cls', maxTokens: 128, cache: false },
    },
  })
})

test('options that there are not', () => {
  // @ts-expect-error the model of a chat has no default
  const chat: ServingTypes['local.chat'] = {}
  // @ts-expect-error a pooling that there is not
  const pooling: ServingTypes['local.embeddings'] = { pooling: 'max' }
  // @ts-expect-error a misspelt option
  const misspelt: ServingTypes['local.embeddings'] = { maxToken: 128 }
  expectTypeOf([chat, pooling, misspelt]).not.toBeAny()
})

import { defineConfig, type ServingTypes } from '@maestro-dataflow/core'
import { test } from 'vitest'
import type {} from './component-types.js'

const plugins = ['@maestro-dataflow/plugin-ollama']

test('options of the servings are known in the config', () => {
  defineConfig({
    plugins,
    servings: {
      default: {
        use: 'ollama.chat',
        model: 'llama3.2',
        contextTokens: 8192,
        reasoningEffort: 'low',
        limits: { concurrency: 2 },
      },
      many: { use: 'ollama.chat', model: 'llama3.2', host: ['a:11434', { url: 'b:11434', concurrency: 8 }] },
      embedder: { use: 'ollama.embeddings', model: 'nomic-embed-text', tooLong: 'cut', keepAlive: '1h' },
    },
  })
})

test('what is wrong is an error', () => {
  const options = <Name extends keyof ServingTypes>(_name: Name, _options: ServingTypes[Name]) => undefined
  // @ts-expect-error a misspelt option
  options('ollama.chat', { model: 'llama3.2', num_ctx: 8192 })
  // @ts-expect-error no model
  options('ollama.chat', {})
  // @ts-expect-error a chat has no vectors
  options('ollama.chat', { model: 'llama3.2', dimensions: 256 })
  // @ts-expect-error neither an error nor cut
  options('ollama.embeddings', { model: 'all-minilm', tooLong: 'ignore' })
})

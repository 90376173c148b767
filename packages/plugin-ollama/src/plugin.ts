import { definePlugin, defineServing, LOGGER } from '@maestro-dataflow/core'
import { chatCapabilities, OllamaChatServing } from './chat-serving.js'
import { ollamaChatOptions } from './chat-serving-options.js'
import { OllamaEmbeddingServing } from './embedding-serving.js'
import { ollamaEmbeddingOptions } from './embedding-serving-options.js'

const chat = defineServing({
  name: 'ollama.chat',
  kind: 'llm',
  description: 'A chat model of an Ollama server',
  options: ollamaChatOptions,
  inject: [LOGGER],
  capabilities: chatCapabilities,
  create: (options, [logger]) => new OllamaChatServing(options, logger),
})

const embeddings = defineServing({
  name: 'ollama.embeddings',
  kind: 'embedding',
  description: 'An embedding model of an Ollama server',
  options: ollamaEmbeddingOptions,
  inject: [LOGGER],
  create: (options, [logger]) => new OllamaEmbeddingServing(options, logger),
})

/** Runs models on Ollama servers. */
export default definePlugin({
  name: '@maestro-dataflow/plugin-ollama',
  manifest: new URL('../package.json', import.meta.url),
  servings: [chat, embeddings],
})

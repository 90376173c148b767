import type { OllamaChatOptions } from './chat-serving-options.js'
import type { OllamaEmbeddingOptions } from './embedding-serving-options.js'

declare module '@maestro-dataflow/core' {
  interface ServingTypes {
    'ollama.chat': OllamaChatOptions
    'ollama.embeddings': OllamaEmbeddingOptions
  }
}

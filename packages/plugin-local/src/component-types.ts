import type { LocalChatOptions } from './chat-serving-options.js'
import type { LocalEmbeddingOptions } from './embedding-serving-options.js'

declare module '@maestro-dataflow/core' {
  interface ServingTypes {
    'local.chat': LocalChatOptions
    'local.embeddings': LocalEmbeddingOptions
  }
}

import type { OpenAIChatOptions } from './chat-serving-options.js'
import type { OpenAIEmbeddingOptions } from './embedding-serving-options.js'
import type { OpenAITranscriptionOptions } from './transcription-serving-options.js'

declare module '@maestro-dataflow/core' {
  interface ServingTypes {
    'openai.chat': OpenAIChatOptions
    'openai.embeddings': OpenAIEmbeddingOptions
    'openai.transcription': OpenAITranscriptionOptions
  }
}

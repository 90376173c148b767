import type { AISDKChatOptions } from './chat-serving-options.js'
import type { AISDKEmbeddingsOptions } from './embedding-serving-options.js'
import type { AISDKRerankOptions } from './rerank-serving.js'
import type { AISDKTranscriptionOptions } from './transcription-serving.js'

declare module '@maestro-dataflow/core' {
  interface ServingTypes {
    'ai-sdk.chat': AISDKChatOptions
    'ai-sdk.embeddings': AISDKEmbeddingsOptions
    'ai-sdk.rerank': AISDKRerankOptions
    'ai-sdk.transcription': AISDKTranscriptionOptions
  }
}

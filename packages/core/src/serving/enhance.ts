import type { Serving } from '../contracts/serving.js'
import { EnhancedEmbeddingServing } from './enhanced-embedding-serving.js'
import { EnhancedLLMServing } from './enhanced-llm-serving.js'
import { EnhancedRerankServing } from './enhanced-rerank-serving.js'
import type { EnhancedOptions } from './enhanced-serving.js'
import { EnhancedTranscriptionServing } from './enhanced-transcription-serving.js'

/** Puts the serving plane around a provider of any kind. */
export function enhance(provider: Serving, options: EnhancedOptions = {}): Serving {
  switch (provider.kind) {
    case 'llm':
      return new EnhancedLLMServing(provider, options)
    case 'embedding':
      return new EnhancedEmbeddingServing(provider, options)
    case 'rerank':
      return new EnhancedRerankServing(provider, options)
    case 'transcription':
      return new EnhancedTranscriptionServing(provider, options)
  }
}

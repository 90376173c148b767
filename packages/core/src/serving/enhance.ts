import type { Serving } from '../contracts/serving.js'
import { EnhancedEmbeddingServing } from './enhanced-embedding-serving.js'
import { EnhancedLLMServing } from './enhanced-llm-serving.js'
import { EnhancedRerankServing } from './enhanced-rerank-serving.js'
import { type EnhancedOptions, EnhancedServing } from './enhanced-serving.js'
import { EnhancedTranscriptionServing } from './enhanced-transcription-serving.js'

/** Wraps a provider of any kind in the serving plane. A serving that is wrapped already keeps its settings. */
export function enhance(provider: Serving, options: EnhancedOptions = {}): Serving {
  if (provider instanceof EnhancedServing) return enhance(provider.inner, { ...options, settings: provider.given })
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

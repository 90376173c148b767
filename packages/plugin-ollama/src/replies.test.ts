import { describeEmbeddingReplies, describeLLMReplies } from '@maestro-dataflow/testkit/vitest'
import { OllamaChatServing } from './chat-serving.js'
import { OllamaEmbeddingServing } from './embedding-serving.js'

describeLLMReplies((host) => new OllamaChatServing({ model: 'tiny', host }), { dialect: 'ollama' })
describeEmbeddingReplies((host) => new OllamaEmbeddingServing({ model: 'tiny', host }), { dialect: 'ollama' })

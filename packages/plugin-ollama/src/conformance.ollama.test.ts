import { describeEmbeddingServing, describeLLMServing } from '@maestro-dataflow/testkit/vitest'
import { ollama } from './__fixtures__/real-ollama.js'
import { OllamaChatServing } from './chat-serving.js'
import { OllamaEmbeddingServing } from './embedding-serving.js'

const capitals = { France: 'Paris', Italy: 'Rome', Japan: 'Tokyo', Spain: 'Madrid', Germany: 'Berlin' }
const grammar = 'Ollama 0.6.8 makes no grammar of a text with quotes in it'

if (ollama !== undefined) {
  const { url: host, model } = ollama
  describeLLMServing(() => new OllamaChatServing({ model, host, contextTokens: 256, seed: 1, maxTokens: 60 }), {
    title: 'ollama.chat on a real server',
    capabilities: { jsonSchema: true, images: true, audio: false, contextTokens: 256 },
    questions: Object.entries(capitals).map(([country, answer]) => ({
      ask: `What is the capital of ${country}?`,
      answer,
    })),
    skip: {
      'media that it takes make a difference':
        'the model of these tests does not read images, and Ollama leaves them out',
      'characters of all kinds in a schema are returned unchanged': grammar,
      'a truncated answer to a schema is reported as truncated': grammar,
    },
    timeout: 120_000,
  })
  describeEmbeddingServing(() => new OllamaEmbeddingServing({ model, host, contextTokens: 256, batchSize: 8 }), {
    title: 'ollama.embeddings on a real server',
    dimensions: 576,
    // A chat model whose numbers have four bits, which are added up in another order in each batch.
    tolerance: 0.02,
    timeout: 120_000,
  })
}

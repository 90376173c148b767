import { EnhancedEmbeddingServing, EnhancedLLMServing } from '@maestro-dataflow/core'
import { describeEmbeddingServing, describeLLMServing } from '@maestro-dataflow/testkit/vitest'
import { describe, inject } from 'vitest'
import { OpenAIChatServing } from './chat-serving.js'
import { OpenAIEmbeddingServing } from './embedding-serving.js'

const ollama = inject('ollama')
const connection = { model: ollama?.model ?? '', baseUrl: `${ollama?.url}/v1`, apiKey: 'the key of this test' }
const chat = (stream: boolean) => () => new OpenAIChatServing({ ...connection, stream })
const embeddings = () => new OpenAIEmbeddingServing(connection)
const secrets = [connection.apiKey]

describe.runIf(ollama !== undefined)('Ollama by the API of OpenAI', () => {
  describeLLMServing(chat(false), { title: 'openai.chat', secrets })
  describeLLMServing(chat(true), { title: 'openai.chat in pieces', secrets })
  describeLLMServing(() => new EnhancedLLMServing(chat(false)()), {
    title: 'openai.chat in the serving plane',
    secrets,
  })
  describeEmbeddingServing(embeddings, { title: 'openai.embeddings', secrets })
  describeEmbeddingServing(() => new EnhancedEmbeddingServing(embeddings()), {
    title: 'openai.embeddings in the serving plane',
    secrets,
  })
})

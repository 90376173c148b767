import { describeEmbeddingReplies, describeLLMReplies } from '@maestro-dataflow/testkit/vitest'
import { OpenAIChatServing } from './chat-serving.js'
import { OpenAIEmbeddingServing } from './embedding-serving.js'

const connection = (url: string) => ({ model: 'test-model', baseUrl: `${url}/v1`, apiKey: 'the key of this test' })

describeLLMReplies((url) => new OpenAIChatServing(connection(url)))
describeLLMReplies((url) => new OpenAIChatServing({ ...connection(url), stream: true }), { dialect: 'openaiStream' })
describeEmbeddingReplies((url) => new OpenAIEmbeddingServing(connection(url)))

import { EnhancedEmbeddingServing, EnhancedLLMServing, type Logger } from '@maestro-dataflow/core'
import { describeEmbeddingServing, describeLLMServing, describePlugin } from '@maestro-dataflow/testkit/vitest'
import { afterAll, beforeAll } from 'vitest'
import { LocalChatServing } from './chat-serving.js'
import { LocalEmbeddingServing } from './embedding-serving.js'
import { ModelCache } from './model-cache.js'
import { pullModel } from './models/known-models.js'
import local from './plugin.js'

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent }
const cache = new ModelCache()
beforeAll(async () => {
  await pullModel('smollm2-135m-instruct')
  await pullModel('all-MiniLM-L6-v2')
})
afterAll(() => cache.dispose())

/** One thread: the tests must not wait for cores that other processes use. */
const shared = { threads: 1, directory: '.' }
const chat = () =>
  new LocalChatServing({ ...shared, model: 'smollm2-135m-instruct', contextTokens: 512, sequences: 2 }, silent, cache)
const embeddings = () => new LocalEmbeddingServing({ ...shared, model: 'all-MiniLM-L6-v2' }, silent, cache)

const capabilities = { jsonSchema: true, images: false, audio: false, contextTokens: 512 }
describeLLMServing(chat, { title: 'local.chat', capabilities })
describeLLMServing(() => new EnhancedLLMServing(chat()), { title: 'local.chat in the serving plane', capabilities })
describeEmbeddingServing(embeddings, { title: 'local.embeddings', dimensions: 384 })
describeEmbeddingServing(() => new EnhancedEmbeddingServing(embeddings()), {
  title: 'local.embeddings in the serving plane',
  dimensions: 384,
})
describePlugin(local)

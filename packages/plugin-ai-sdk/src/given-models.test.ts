import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { maestro } from '@maestro-dataflow/core/runtime'
import { openAIReplies, startMisbehavingServer } from '@maestro-dataflow/testkit'
import { expect, test } from 'vitest'
import aiSdk from './plugin.js'

test('models that were created in code, with settings, answer for the servings of a config', async () => {
  const server = await startMisbehavingServer()
  server.always((request) =>
    request.path.endsWith('/embeddings') ? openAIReplies.vectors(request) : openAIReplies.chat('fine'),
  )
  const provider = createOpenAICompatible({ name: 'played', baseURL: `${server.url}/v1` })
  const project = maestro({
    plugins: [aiSdk],
    servings: {
      default: { use: 'ai-sdk.chat', model: provider('tiny'), temperature: 0, limits: { concurrency: 1 } },
      embedder: { use: 'ai-sdk.embeddings', model: provider.embeddingModel('tiny'), batchSize: 2 },
    },
  })
  const chat = await project.serving('default', 'llm')
  expect((await chat.generate({ messages: [{ role: 'user', content: 'Hello' }] })).text).toBe('fine')
  const embedder = await project.serving('embedder', 'embedding')
  expect((await embedder.embed(['a', 'b', 'c'])).vectors).toHaveLength(3)
  await project.dispose()
  await server.close()
})

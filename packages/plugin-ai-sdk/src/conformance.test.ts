import { replies, scriptedEmbeddings, startMisbehavingServer } from '@maestro-dataflow/testkit'
import { describeEmbeddingServing, describeLLMServing, describePlugin } from '@maestro-dataflow/testkit/vitest'
import { afterAll, beforeAll } from 'vitest'
import { playedApis } from './__fixtures__/played-apis.js'
import { playedServing, startPlayedServer } from './__fixtures__/played-provider.js'
import { embeddingServingOf } from './embedding-serving.js'
import aiSdk from './plugin.js'

describePlugin(aiSdk)

for (const api of Object.values(playedApis)) {
  let server: Awaited<ReturnType<typeof startPlayedServer>> | undefined
  beforeAll(async () => {
    server = await startPlayedServer(api)
  })
  afterAll(() => server?.close())
  describeLLMServing(async () => playedServing(api, server?.url ?? ''), {
    samples: false,
    title: api.provider,
    capabilities: { jsonSchema: true },
    skip:
      api === playedApis.openaiResponses
        ? { 'a stop text ends an answer and is not part of it': 'The Responses API has no stop texts.' }
        : {},
  })
}

const model = scriptedEmbeddings()
let vectors: Awaited<ReturnType<typeof startMisbehavingServer>> | undefined
beforeAll(async () => {
  vectors = await startMisbehavingServer()
  vectors.always(async (request) => {
    const { vectors, usage } = await model.embed(request.json<{ input: string[] }>().input)
    const data = vectors.map((vector, index) => ({ index, embedding: [...vector] }))
    return replies.json({ data, usage: { prompt_tokens: usage.inputTokens } })
  })
})
afterAll(() => vectors?.close())
describeEmbeddingServing(
  async () => {
    const options = { name: 'played', baseURL: `${vectors?.url}/v1`, apiKey: 'played' }
    return embeddingServingOf(
      { provider: '@ai-sdk/openai-compatible', model: 'played-model', options },
      import.meta.dirname,
    )
  },
  { title: 'embeddings of a compatible server' },
)

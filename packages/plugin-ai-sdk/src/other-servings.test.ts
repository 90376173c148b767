import { type MisbehavingServer, openAIReplies, replies, startMisbehavingServer } from '@maestro-dataflow/testkit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { embeddingServingOf, fromAISDKEmbeddings } from './embedding-serving.js'
import { rerankServingOf } from './rerank-serving.js'
import { transcriptionServingOf } from './transcription-serving.js'

let server: MisbehavingServer
beforeEach(async () => {
  server = await startMisbehavingServer()
})
afterEach(() => server.close())

const here = import.meta.dirname
const options = () => ({ baseURL: `${server.url}/v1`, apiKey: 'played' })

describe('ai-sdk.embeddings', () => {
  const mistral = () =>
    embeddingServingOf({ provider: '@ai-sdk/mistral', model: 'mistral-embed', options: options() }, here)

  test('a vector for each text, in order, with the tokens of the provider', async () => {
    server.always((request) => openAIReplies.vectors(request))
    const { vectors, usage } = await mistral().embed(['a', 'bbb', '你好'])
    expect(vectors.map(([first]) => first)).toEqual([1, 3, 2])
    expect(usage).toEqual({ inputTokens: 3, outputTokens: 0 })
  })

  test('more texts than the provider takes at once are several calls', async () => {
    server.always((request) => openAIReplies.vectors(request))
    const { vectors, usage } = await mistral().embed(Array.from({ length: 70 }, (_, index) => 'x'.repeat(index + 1)))
    expect(vectors.map(([first]) => first)).toEqual(Array.from({ length: 70 }, (_, index) => index + 1))
    expect(usage.inputTokens).toBe(70)
    expect(server.requests.length).toBeGreaterThan(1)
  })

  test('a vector too few is a broken reply', async () => {
    server.always((request) => openAIReplies.vectors(request, { fewer: 1 }))
    await expect(mistral().embed(['a', 'b'])).rejects.toMatchObject({ code: 'MAESTRO_SERVING_UNEXPECTED_REPLY' })
  })

  test('an empty list of texts causes no call', async () => {
    expect((await mistral().embed([])).vectors).toEqual([])
    expect(server.requests).toHaveLength(0)
  })

  test('a provider without embedding models is named', async () => {
    const serving = embeddingServingOf({ provider: '@ai-sdk/anthropic', model: 'm', options: options() }, here)
    await expect(serving.embed(['a'])).rejects.toMatchObject({ code: 'MAESTRO_AI_SDK_KIND' })
  })

  test('a model that was created in code', async () => {
    const serving = fromAISDKEmbeddings({
      specificationVersion: 'v2',
      provider: 'played.embedding',
      modelId: 'small',
      maxEmbeddingsPerCall: undefined,
      supportsParallelCalls: true,
      doEmbed: async ({ values }) => ({ embeddings: values.map((text) => [text.length, 0]) }),
    })
    const { vectors, usage } = await serving.embed(['four'])
    expect(vectors).toEqual([new Float32Array([4, 0])])
    expect(usage.inputTokens).toBeGreaterThan(0)
  })
})

describe('ai-sdk.rerank', () => {
  const cohere = () => rerankServingOf({ provider: '@ai-sdk/cohere', model: 'rerank', options: options() }, here)

  test('a score for each document, in the order of the documents', async () => {
    const results = [
      { index: 1, relevance_score: 0.9 },
      { index: 0, relevance_score: 0.2 },
    ]
    server.always(replies.json({ id: '1', results, meta: {} }))
    const { scores } = await cohere().rerank('tea', ['coffee', 'tea'])
    expect(scores).toEqual([0.2, 0.9])
    expect(server.requests[0]?.json()).toMatchObject({ query: 'tea', documents: ['coffee', 'tea'] })
  })

  test('a document without a score is a broken reply', async () => {
    server.always(replies.json({ id: '1', results: [{ index: 7, relevance_score: 0.9 }], meta: {} }))
    await expect(cohere().rerank('tea', ['coffee'])).rejects.toMatchObject({ code: 'MAESTRO_SERVING_UNEXPECTED_REPLY' })
  })
})

describe('ai-sdk.transcription', () => {
  const wav = () => {
    const bytes = new Uint8Array(48)
    bytes.set(Buffer.from('RIFF'), 0)
    bytes.set(Buffer.from('WAVEfmt '), 8)
    return { data: bytes, mediaType: 'audio/wav' }
  }

  test('the text, its length, and the language in the options of the provider', async () => {
    server.always(replies.json({ text: 'Hello there', language: 'english', duration: 2.5, segments: [], words: [] }))
    const serving = transcriptionServingOf({ provider: '@ai-sdk/openai', model: 'whisper-1', options: options() }, here)
    const result = await serving.transcribe(wav(), { language: 'en' })
    expect(result).toMatchObject({ text: 'Hello there', durationSeconds: 2.5, model: 'whisper-1' })
    expect(server.requests[0]?.body).toMatch(/name="language"\s+en/)
  })

  test('a refusal is a typed error in the words of the provider', async () => {
    server.always(replies.error(401, 'Incorrect API key provided', {}, 'invalid_api_key'))
    const serving = transcriptionServingOf({ provider: '@ai-sdk/openai', model: 'whisper-1', options: options() }, here)
    await expect(serving.transcribe(wav())).rejects.toMatchObject({ code: 'MAESTRO_SERVING_AUTHENTICATION' })
  })
})

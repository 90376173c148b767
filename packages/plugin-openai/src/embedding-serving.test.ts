import { EnhancedEmbeddingServing } from '@maestro-dataflow/core'
import { openAIReplies, replies, startMisbehavingServer } from '@maestro-dataflow/testkit'
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { OpenAIEmbeddingServing } from './embedding-serving.js'
import type { OpenAIEmbeddingOptions } from './embedding-serving-options.js'

const server = await startMisbehavingServer()
beforeEach(() => {
  server.reset()
  vi.spyOn(Math, 'random').mockReturnValue(0)
})
afterAll(() => server.close())

const serve = (options: Partial<OpenAIEmbeddingOptions> = {}) =>
  new OpenAIEmbeddingServing({ model: 'test-model', baseUrl: `${server.url}/v1`, ...options })
const enhanced = (options: Partial<OpenAIEmbeddingOptions> = {}) =>
  new EnhancedEmbeddingServing(serve(options), { settings: { retries: 1 } })
const inputs = () => server.requests.map((request) => request.json<{ input: string[] }>().input)
const list = (data: readonly object[]) => replies.json({ data, usage: { prompt_tokens: 4 } })

describe('openai.embeddings', () => {
  test('a vector for each text, in order', async () => {
    server.always((request) => openAIReplies.vectors(request))
    expect(await serve({ dimensions: 3 }).embed(['a', 'bcd'])).toEqual({
      vectors: [Float32Array.of(1, 0, 0), Float32Array.of(3, 0, 0)],
      usage: { inputTokens: 2, outputTokens: 0 },
      model: 'test-model',
    })
    expect(server.requests[0]).toMatchObject({ path: '/v1/embeddings' })
    expect(server.requests[0]?.json()).toEqual({
      model: 'test-model',
      input: ['a', 'bcd'],
      encoding_format: 'float',
      dimensions: 3,
    })
  })

  test('answers in another order, and in base64', async () => {
    const bytes = Buffer.alloc(8)
    bytes.writeFloatLE(0.5, 0)
    bytes.writeFloatLE(-2, 4)
    server.next(
      list([
        { index: 1, embedding: [2, 2] },
        { index: 0, embedding: bytes.toString('base64') },
      ]),
    )
    expect(await serve().embed(['a', 'b'])).toMatchObject({
      vectors: [Float32Array.of(0.5, -2), Float32Array.of(2, 2)],
      usage: { inputTokens: 4 },
    })
  })

  test('no texts are not asked for', async () => {
    expect(await serve().embed([])).toMatchObject({ vectors: [] })
    expect(server.requests).toEqual([])
  })

  test('the plane splits by the number of texts and by their tokens', async () => {
    server.always((request) => openAIReplies.vectors(request))
    const { vectors } = await enhanced({ batchSize: 2 }).embed(['a', 'bb', 'ccc'])
    expect(vectors.map(([first]) => first)).toEqual([1, 2, 3])
    expect(inputs().map(({ length }) => length)).toEqual([2, 1])
    server.reset()
    server.always((request) => openAIReplies.vectors(request))
    await enhanced({ maxBatchTokens: 6 }).embed(['aaaa', 'bb', 'cccc', 'dddddddd'])
    expect(inputs()).toEqual(expect.arrayContaining([['aaaa', 'bb'], ['cccc'], ['dddddddd']]))
    expect(new OpenAIEmbeddingServing({ model: 'm', apiKey: 'a key' })).toMatchObject({
      batchSize: 2048,
      maxBatchTokens: 300_000,
    })
  })

  test.each([
    ['fewer vectors than texts', { fewer: 1 }, '1 vectors for 2 texts'],
    [
      'vectors of no length',
      { dimensions: 0 },
      'the vector of text 0 is empty or contains a value that is not a number',
    ],
  ])('%s', async (_, faults, reason) => {
    server.always((request) => openAIReplies.vectors(request, faults))
    await expect(enhanced().embed(['a', 'b'])).rejects.toMatchObject({
      code: 'MAESTRO_SERVING_UNEXPECTED_REPLY',
      details: { reason },
    })
    expect(server.requests).toHaveLength(2)
  })

  test('vectors of another dimension than was asked for, or than before', async () => {
    server.always((request) => openAIReplies.vectors(request, { dimensions: 4 }))
    await expect(enhanced({ dimensions: 3 }).embed(['a'])).rejects.toMatchObject({
      code: 'MAESTRO_SERVING_UNEXPECTED_REPLY',
      details: { reason: 'a vector of 4 dimensions among vectors of 3' },
    })
    const serving = enhanced()
    await serving.embed(['a'])
    server.always((request) => openAIReplies.vectors(request, { dimensions: 5 }))
    await expect(serving.embed(['b'])).rejects.toMatchObject({ code: 'MAESTRO_SERVING_UNEXPECTED_REPLY' })
  })

  test.each([
    [
      'one text twice',
      [
        { index: 0, embedding: [1] },
        { index: 0, embedding: [2] },
      ],
    ],
    [
      'a text that was not asked for',
      [
        { index: 0, embedding: [1] },
        { index: 7, embedding: [2] },
      ],
    ],
    ['base64 of what is no number', [{ embedding: 'AADAfw==' }, { embedding: [2] }]],
  ])('%s', async (_, data) => {
    server.next(list(data))
    await expect(serve().embed(['a', 'b'])).rejects.toMatchObject({ code: 'MAESTRO_SERVING_UNEXPECTED_REPLY' })
  })

  test('OpenAI itself: shorter vectors are known, prices too', () => {
    const serving = (options: object) =>
      new OpenAIEmbeddingServing({ model: 'text-embedding-3-small', apiKey: 'a key', ...options })
    expect(serving({})).toMatchObject({ dimensions: 1536, price: { input: 0.02 }, provider: 'openai' })
    expect(serving({ dimensions: 256 })).toMatchObject({ dimensions: 256 })
    expect(serving({ dimensions: 256 }).identity).not.toEqual(serving({}).identity)
  })
})

test('a vector inside of a list is taken; a vector for each token stops the run', async () => {
  const vectors = (embedding: unknown) => replies.json({ data: [{ index: 0, embedding }], usage: [] })
  const serving = new OpenAIEmbeddingServing({ model: 'm', baseUrl: `${server.url}/v1`, apiKey: 'k' })
  server.next(
    vectors([[1, 2]]),
    vectors([
      [1, 2],
      [3, 4],
    ]),
  )
  expect(await serving.embed(['a'])).toMatchObject({
    vectors: [Float32Array.of(1, 2)],
    warnings: [expect.stringContaining('usage')],
  })
  await expect(serving.embed(['a'])).rejects.toMatchObject({ code: 'MAESTRO_OPENAI_TOKEN_VECTORS', stopsRun: true })
})

import { EnhancedEmbeddingServing, uncountedTokens } from '@maestro-dataflow/core'
import { type RecordedRequest, replies, startMisbehavingServer } from '@maestro-dataflow/testkit'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { bodies, ollamaReplies, script } from './__fixtures__/ollama-replies.js'
import { OllamaEmbeddingServing } from './embedding-serving.js'
import type { OllamaEmbeddingOptions } from './embedding-serving-options.js'

const server = await startMisbehavingServer()
beforeEach(() => server.reset())
afterAll(() => server.close())

const serve = (options: Partial<OllamaEmbeddingOptions> = {}) =>
  new OllamaEmbeddingServing({ model: 'tiny', host: server.url, ...options })
const inputs = () => bodies(server, '/api/embed').map(({ input }) => input)

/** Takes texts of up to three characters, as a server does: all of a request or none. */
const upToThree = (request: RecordedRequest) => {
  const { input, truncate } = request.json<{ input: readonly string[]; truncate: boolean }>()
  const fits = truncate || input.every((text) => text.length <= 3)
  return fits ? ollamaReplies.vectors(request) : ollamaReplies.error(400, 'input length exceeds maximum context length')
}

test('a vector for each text, in order, with its options on the wire', async () => {
  script(server, { '/api/embed': [ollamaReplies.vectors] })
  const serving = serve({ dimensions: 2, keepAlive: '1m', contextTokens: 256 })
  expect(serving).toMatchObject({ dimensions: 2, batchSize: 32, concurrency: 4, price: { input: 0 } })
  expect(await serving.embed(['a', 'bcd'])).toEqual({
    vectors: [Float32Array.of(1, 1), Float32Array.of(3, 1)],
    usage: { inputTokens: 2, outputTokens: 0 },
    model: 'tiny',
  })
  expect(bodies(server, '/api/embed')).toEqual([
    {
      model: 'tiny',
      input: ['a', 'bcd'],
      truncate: false,
      dimensions: 2,
      keep_alive: '60000ms',
      options: { num_ctx: 256 },
    },
  ])
})

test('vectors without the tokens of their texts say that they are estimated', async () => {
  script(server, { '/api/embed': [replies.json({ embeddings: [[1, 2]] })] })
  const { usage, warnings } = await serve().embed(['The sky is blue today.'])
  expect(usage.inputTokens).toBeGreaterThan(3)
  expect(warnings).toEqual([uncountedTokens])
})

test('no texts, and an empty one, which has no vector', async () => {
  script(server, { '/api/embed': [ollamaReplies.vectors] })
  expect((await serve().embed([])).vectors).toEqual([])
  await expect(serve().embed(['a', ''])).rejects.toMatchObject({
    code: 'MAESTRO_SERVING_BAD_REQUEST',
    message: expect.stringContaining('text 2 of 2 is empty'),
    retryable: false,
  })
})

test('a text that is too long is an error', async () => {
  script(server, { '/api/embed': [upToThree] })
  await expect(serve().embed(['a', 'abcd'])).rejects.toMatchObject({
    code: 'MAESTRO_SERVING_CONTEXT_TOO_LONG',
    retryable: false,
  })
  expect(inputs()).toHaveLength(1)
})

test('or it is cut, alone, and reported', async () => {
  script(server, { '/api/embed': [upToThree] })
  const result = await serve({ tooLong: 'cut' }).embed(['a', 'ab', 'abcd', 'abc', 'abcde'])
  expect(result).toMatchObject({ truncated: [2, 4], usage: { inputTokens: 5 } })
  expect(result.vectors.map(([length]) => length)).toEqual([1, 2, 4, 3, 5])
  const cut = bodies(server, '/api/embed').filter(({ truncate }) => truncate)
  expect(cut.map(({ input }) => input)).toEqual([['abcd'], ['abcde']])
})

test('fewer vectors than texts, and vectors of another dimension, are found by the serving plane', async () => {
  const plane = (serving = serve()) => new EnhancedEmbeddingServing(serving, { settings: { retries: 0 } })
  const broken = { code: 'MAESTRO_SERVING_UNEXPECTED_REPLY' }
  script(server, { '/api/embed': [replies.json({ embeddings: [[1, 2]] })] })
  await expect(plane().embed(['a', 'b'])).rejects.toMatchObject(broken)
  script(server, { '/api/embed': [replies.json({})] })
  await expect(plane().embed(['a'])).rejects.toMatchObject(broken)
  script(server, { '/api/embed': [ollamaReplies.vectors] })
  await expect(plane(serve({ dimensions: 3 })).embed(['a'])).rejects.toMatchObject(broken)
})

test.each([
  ['half JSON', replies.halfJson({ embeddings: [[1, 2, 3]] }), 'BROKEN_REPLY'],
  ['a page', replies.htmlPage(), 'UNEXPECTED_REPLY'],
  ['a broken connection', replies.cutAfter(replies.json({ embeddings: [[1, 2, 3]] }), 10), 'CONNECTION'],
  ['a model that is missing', ollamaReplies.error(404, 'model "tiny" not found'), 'NOT_FOUND'],
])('%s', async (_, reply, code) => {
  script(server, { '/api/embed': [reply] })
  await expect(serve().embed(['a'])).rejects.toMatchObject({ code: `MAESTRO_SERVING_${code}` })
})

test('answers are cached by the settings that change the vectors', () => {
  const { identity } = serve({
    contextTokens: 9,
    dimensions: 2,
    tooLong: 'cut',
    batchSize: 8,
    apiKey: 'a key',
    pull: true,
  })
  expect(identity).toEqual({ contextTokens: 9, dimensions: 2, tooLong: 'cut' })
})

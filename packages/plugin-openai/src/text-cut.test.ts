import { openAIReplies, replies, startMisbehavingServer } from '@maestro-dataflow/testkit'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { OpenAIEmbeddingServing } from './embedding-serving.js'

const server = await startMisbehavingServer()
beforeEach(() => server.reset())
afterAll(() => server.close())

/** An Ollama server with a context of so many tokens; a word is a token here. */
function playOllama(context: number): void {
  server.always((request) => {
    if (request.path === '/v1/embeddings') return openAIReplies.vectors(request)
    if (request.path === '/api/show')
      return replies.json({ model_info: { 'bert.context_length': 4096 }, parameters: `num_ctx   ${context}` })
    const { input, truncate } = request.json<{ input: readonly string[]; truncate: boolean }>()
    const fits = truncate || input.every((text) => text.split(' ').length <= context)
    return fits ? replies.json({ embeddings: [] }) : replies.error(400, 'input length exceeds maximum context length')
  })
}

const embed = (texts: readonly string[]) =>
  new OpenAIEmbeddingServing({ model: 'm', baseUrl: `${server.url}/v1` }).embed(texts)
const paths = () => server.requests.map(({ path }) => path)
const words = (count: number): string => 'longword '.repeat(count).trim()

test('a text that Ollama has cut without a word is refused', async () => {
  playOllama(300)
  await expect(embed([words(10), words(301)])).rejects.toMatchObject({ code: 'MAESTRO_SERVING_CONTEXT_TOO_LONG' })
})

test('texts that fit are embedded, and only those that may not fit are checked', async () => {
  playOllama(300)
  expect((await embed([words(10), words(299)])).vectors).toHaveLength(2)
  expect(server.requests.at(-1)?.json()).toEqual({ model: 'm', input: [words(299)], truncate: false })
  server.reset()
  playOllama(300)
  await embed([words(20), words(32)])
  expect(paths()).toEqual(['/v1/embeddings', '/api/show'])
})

test('short texts and other servers need no check', async () => {
  playOllama(300)
  await embed(['short'])
  expect(paths()).toEqual(['/v1/embeddings'])
  server.reset()
  server.always((request) =>
    request.path === '/v1/embeddings' ? openAIReplies.vectors(request) : replies.error(404, 'there is nothing here'),
  )
  const serving = new OpenAIEmbeddingServing({ model: 'm', baseUrl: `${server.url}/v1` })
  await serving.embed([words(1000)])
  await serving.embed([words(1000)])
  expect(paths()).toEqual(['/v1/embeddings', '/api/show', '/v1/embeddings'])
})

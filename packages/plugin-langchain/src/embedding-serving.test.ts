import { FakeEmbeddings, FakeListChatModel, SyntheticEmbeddings } from '@langchain/core/utils/testing'
import { OpenAIEmbeddings } from '@langchain/openai'
import { EnhancedEmbeddingServing } from '@maestro-dataflow/core'
import { openAIReplies, replies, startMisbehavingServer } from '@maestro-dataflow/testkit'
import { afterEach, describe, expect, test } from 'vitest'
import { fromLangChain } from './chat-serving.js'
import { embeddingServingOf, fromLangChainEmbeddings } from './embedding-serving.js'
import { langchainEmbeddingsOptions, type NamedEmbeddings } from './embedding-serving-options.js'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function start() {
  const server = await startMisbehavingServer()
  closing.push(() => server.close())
  return server
}

const named = (fields: object) => langchainEmbeddingsOptions.parse(fields) as NamedEmbeddings

test('a vector for each text, in order', async () => {
  const serving = fromLangChainEmbeddings(new SyntheticEmbeddings({ vectorSize: 8 }))
  const { vectors, usage } = await serving.embed(['a', 'b', 'a'])
  expect(vectors.map(({ length }) => length)).toEqual([8, 8, 8])
  expect(vectors[0]).toBeInstanceOf(Float32Array)
  expect(vectors[0]).toEqual(vectors[2])
  expect(vectors[0]).not.toEqual(vectors[1])
  // LangChain does not tell them: about four letters each.
  expect(usage).toEqual({ inputTokens: 3, outputTokens: 0 })
})

test('a wrong option of a model that was created in code is a typed error', () => {
  const wrong: object = { batchsize: 3 }
  const fault = expect.objectContaining({ code: 'MAESTRO_PIPELINE_OPTIONS' })
  expect(() => fromLangChainEmbeddings(new FakeEmbeddings(), wrong)).toThrow(fault)
  expect(() => fromLangChain(new FakeListChatModel({ responses: [] }), wrong)).toThrow(fault)
})

test('the tokens are those of the replies, not an estimate', async () => {
  const server = await start()
  server.always((request) => {
    const reply = JSON.parse(String(openAIReplies.vectors(request).body))
    return replies.json({ ...reply, usage: { prompt_tokens: 100, total_tokens: 100 } })
  })
  const options = { apiKey: 'test', batchSize: 2, configuration: { baseURL: `${server.url}/v1` } }
  const given = fromLangChainEmbeddings(new OpenAIEmbeddings(options))
  const byName = embeddingServingOf(
    named({ from: '@langchain/openai', export: 'OpenAIEmbeddings', options }),
    import.meta.dirname,
  )
  for (const serving of [given, byName])
    expect((await serving.embed(['a', 'b', 'c'])).usage).toEqual({ inputTokens: 200, outputTokens: 0 })
})

test('texts go in calls of as many as the model takes', async () => {
  const sizes: number[] = []
  const server = await start()
  server.always((request) => {
    sizes.push(request.json<{ input: string[] }>().input.length)
    return openAIReplies.vectors(request)
  })
  const model = new OpenAIEmbeddings({
    model: 'tiny',
    apiKey: 'test',
    batchSize: 2,
    encodingFormat: 'float',
    configuration: { baseURL: `${server.url}/v1` },
  })
  const serving = new EnhancedEmbeddingServing(fromLangChainEmbeddings(model))
  const { vectors } = await serving.embed(['a', 'bb', 'ccc', 'dddd', 'eeeee'])
  expect(vectors.map(([first]) => first)).toEqual([1, 2, 3, 4, 5])
  expect(sizes.sort()).toEqual([1, 2, 2])
  expect(serving.model).toBe('tiny')
})

test('a failure is asked once and typed', async () => {
  const server = await start()
  server.always(replies.error(503, 'Busy'))
  const model = new OpenAIEmbeddings({ apiKey: 'test', configuration: { baseURL: `${server.url}/v1` } })
  await expect(fromLangChainEmbeddings(model).embed(['a'])).rejects.toMatchObject({
    code: 'MAESTRO_SERVING_OVERLOADED',
  })
  expect(server.requests).toHaveLength(1)
})

test('how many calls the model makes at once is kept to, and one that is named has no bound unless it says so', async () => {
  const concurrency = (fields: object) =>
    fromLangChainEmbeddings(new OpenAIEmbeddings({ apiKey: 'test', ...fields })).concurrency
  expect(concurrency({})).toBe(2)
  expect(concurrency({ maxConcurrency: 9 })).toBe(9)
  const reference = { from: '@langchain/openai', export: 'OpenAIEmbeddings' }
  expect(embeddingServingOf(named(reference), '.').concurrency).toBeUndefined()
  expect(embeddingServingOf(named({ ...reference, options: { maxConcurrency: 3 } }), '.').concurrency).toBe(3)
})

test('one that is named is asked as much at once as its serving is', async () => {
  const server = await start()
  const waiting: (() => void)[] = []
  server.always(async (request) => {
    await new Promise<void>((open) => {
      // Three that are under way at the same time, or this never ends.
      if (waiting.push(open) === 3) for (const gate of waiting) gate()
    })
    return openAIReplies.vectors(request)
  })
  const options = { apiKey: 'test', encodingFormat: 'float', configuration: { baseURL: `${server.url}/v1` } }
  const serving = embeddingServingOf(named({ from: '@langchain/openai', export: 'OpenAIEmbeddings', options }), '.')
  const embedded = await Promise.all(['a', 'b', 'c'].map((text) => serving.embed([text])))
  expect(embedded).toHaveLength(3)
})

describe('the facts about one', () => {
  test('its name and settings, without secrets; of one without a name nothing', () => {
    const facts = (dimensions: number) =>
      fromLangChainEmbeddings(new OpenAIEmbeddings({ apiKey: 'a key', model: 'tiny', dimensions }))
    expect(facts(8)).toMatchObject({ name: 'langchain openai tiny', provider: 'openai', model: 'tiny' })
    expect(facts(8).identity).toEqual(facts(8).identity)
    expect(facts(8).identity).not.toEqual(facts(9).identity)
    expect(JSON.stringify(facts(8).identity)).not.toContain('a key')
    expect(fromLangChainEmbeddings(new FakeEmbeddings()).identity).toBeUndefined()
  })
})

describe('named by the config', () => {
  test('is imported and made by the first call', async () => {
    const from = '@langchain/core/utils/testing'
    const fields = { from, export: 'SyntheticEmbeddings', options: { vectorSize: 3 }, batchSize: 5 }
    const serving = embeddingServingOf(named(fields), import.meta.dirname)
    expect((await serving.embed(['a'])).vectors[0]).toHaveLength(3)
    expect(serving.batchSize).toBe(5)
  })

  test('an object that cannot embed is refused', async () => {
    const serving = embeddingServingOf(
      named({ from: '@langchain/core/utils/testing', export: 'FakeListChatModel', options: { responses: [] } }),
      import.meta.dirname,
    )
    await expect(serving.embed(['a'])).rejects.toMatchObject({ code: 'MAESTRO_LANGCHAIN_WRONG_KIND' })
    expect(() => fromLangChainEmbeddings({} as never)).toThrow(
      expect.objectContaining({ code: 'MAESTRO_LANGCHAIN_WRONG_KIND' }),
    )
  })
})

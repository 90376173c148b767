import { MaestroError, pipeline, type Row, type VectorStore } from '@maestro-dataflow/core'
import { MemoryStorage, maestro } from '@maestro-dataflow/core/runtime'
import {
  memoryVectorStore,
  questionOf,
  scriptedEmbeddings,
  scriptedRerank,
  scriptedServing,
} from '@maestro-dataflow/testkit'
import { describe, expect, test } from 'vitest'
import ai from '../plugin.js'
import { diversify } from './diversify.js'
import { fuseRankings } from './fuse-rankings.js'
import { KeywordIndex } from './keyword-index.js'
import type { Passage } from './passage.js'
import { Retriever, type RetrieverOptions } from './retrieve.js'
import { wordsOf } from './words-of.js'

const texts: Readonly<Record<string, string>> = {
  fox: 'the red fox sleeps in the wood',
  dog: 'the red dog barks at the fox',
  sea: 'the sea is blue and deep',
  tea: '龙井茶产于浙江杭州西湖一带',
}

async function knowledgeBase(entries = texts): Promise<VectorStore> {
  const store = memoryVectorStore({ name: 'kb' })
  const { vectors, model } = await scriptedEmbeddings({ model: 'small' }).embed(Object.values(entries))
  const records = Object.entries(entries).map(([id, text], index) => ({
    id,
    text,
    vector: vectors[index] ?? new Float32Array(),
    metadata: { document: `${id}.md`, language: id === 'tea' ? 'zh' : 'en', chunk: 0 },
  }))
  await store.addVectors(records, { model })
  return store
}

async function find(rows: readonly Row[], options: Partial<RetrieverOptions> = {}) {
  const embedder = scriptedEmbeddings({ model: 'small' })
  const store = options.store ?? (await knowledgeBase())
  const storage = new MemoryStorage(rows)
  const result = await new Retriever({ embedder, ...options, store }).run(storage)
  const found = (await storage.rows()) as readonly { passages: readonly Passage[] }[]
  return { ...result, found, ids: found.map(({ passages }) => passages.map(({ id }) => id)), embedder }
}

describe('words', () => {
  test.each<[string, readonly string[]]>([
    ['The Red-Fox, 3½ ＡＢＣ!', ['the', 'red', 'fox', '31', '2', 'abc']],
    ['café naïve', ['café', 'naïve']],
    ['"fox" AND (dog OR *)', ['fox', 'and', 'dog', 'or']],
    ['', []],
  ])('%j', (text, words) => expect(wordsOf(text)).toEqual(words))

  test('of scripts without spaces are found by the script’s own rules', () => {
    expect(wordsOf('杭州西湖的龙井茶')).toContain('杭州')
    expect(wordsOf('東京都に住んでいます').length).toBeGreaterThan(3)
  })
})

describe('modes', () => {
  const query = { query: 'Where does the red fox sleep?' }

  test('by vectors: the nearest, with text, document and metadata', async () => {
    const { found, embedder } = await find([query, { query: 'deep blue sea' }], { passages: 2 })
    expect(found[0]?.passages[0]).toEqual({
      id: 'fox',
      text: texts.fox,
      score: expect.any(Number),
      document: 'fox.md',
      metadata: { document: 'fox.md', language: 'en', chunk: 0 },
    })
    expect(found.map(({ passages }) => passages.length)).toEqual([2, 2])
    expect(found[1]?.passages[0]?.id).toBe('sea')
    expect(embedder.requests).toHaveLength(1)
  })

  test('a search by words finds only passages with one of them, and asks no model', async () => {
    const { ids, embedder } = await find([query, { query: 'BARKS' }, { query: 'nothing of it' }], { method: 'keyword' })
    expect(ids[0]?.slice(0, 2)).toEqual(['fox', 'dog'])
    expect(ids[1]).toEqual(['dog'])
    expect(ids[2]).toEqual([])
    expect(embedder.requests).toEqual([])
  })

  test('by words in Chinese', async () => {
    expect((await find([{ query: '杭州的茶' }], { method: 'keyword' })).ids).toEqual([['tea']])
  })

  test('signs of a query language are signs', async () => {
    const { ids } = await find([{ query: '") OR 1=1 -- fox* ^2 ~' }], { method: 'keyword' })
    expect(ids[0]).toContain('fox')
  })

  test('by both', async () => {
    const { found } = await find([query], { method: 'hybrid', passages: 3 })
    const [first] = found[0]?.passages ?? []
    expect(first?.id).toBe('fox')
    expect(first?.score).toBeCloseTo(2 / 61)
  })

  test('rankings are fused by places, not by scores', () => {
    const ranking = (...ids: string[]) =>
      ids.map((id, at) => ({ id, text: '', score: 99 - at, document: null, metadata: {} }))
    const fused = fuseRankings([ranking('a', 'b', 'c'), ranking('b', 'd')])
    expect(fused.map(({ id }) => id)).toEqual(['b', 'a', 'd', 'c'])
    expect(fused[0]?.score).toBeCloseTo(1 / 62 + 1 / 61)
  })
})

describe('which passages', () => {
  test('a filter for all rows, and one from the row; for words too', async () => {
    for (const method of ['vector', 'keyword', 'hybrid'] as const) {
      const rows = [{ query: 'red fox 龙井茶', of: 'dog.md' }]
      expect((await find(rows, { method, filter: { language: 'zh' } })).ids).toEqual([['tea']])
      expect((await find(rows, { method, filterBy: { document: 'of' } })).ids).toEqual([['dog']])
    }
  })

  test('none below a threshold', async () => {
    expect((await find([{ query: 'unheard words only' }], { threshold: 0.9 })).ids).toEqual([[]])
  })

  test('different ones', () => {
    const passages = ['a', 'a again', 'b'].map((id) => ({ id, text: id, score: 1, document: null, metadata: {} }))
    const vectors = [
      [1, 0.1],
      [1, 0.1],
      [0.7, 0.7],
    ].map((numbers) => Float32Array.from(numbers))
    const chosen = (lambda: number) =>
      diversify(passages, vectors, Float32Array.of(1, 0), { k: 2, lambda }).map(({ id }) => id)
    expect(chosen(1)).toEqual(['a', 'a again'])
    expect(chosen(0.3)).toEqual(['a', 'b'])
  })

  test('different ones, in the operator', async () => {
    const store = await knowledgeBase({ a: 'red fox red fox', b: 'red fox red fox red', c: 'fox in the wood' })
    const { ids } = await find([{ query: 'red fox' }], { store, passages: 2, mmr: { lambda: 0.3 } })
    expect(ids[0]).toContain('c')
  })

  test('in the order of a reranker', async () => {
    const serving = scriptedRerank((_, text) => (text.includes('sea') ? 1 : 0))
    const { found } = await find([{ query: 'red fox' }], { passages: 1, rerank: { serving, candidates: 4 } })
    expect(found[0]?.passages).toMatchObject([{ id: 'sea', score: 1 }])
    expect(serving.requests[0]?.documents).toHaveLength(4)
  })

  test('in the order of a language model, which sees query and passage as data', async () => {
    const serving = scriptedServing((request) => `{"score":${questionOf(request).includes('sea') ? 9 : 2}}`)
    const { found } = await find([{ query: 'red fox' }], { passages: 1, rerank: { serving, candidates: 4 } })
    expect(found[0]?.passages).toMatchObject([{ id: 'sea', score: 0.9 }])
    expect(serving.requests).toHaveLength(4)
    expect(questionOf(serving.requests[0] ?? { messages: [] })).toMatch(/^<query>\nred fox\n<\/query>\n\n<passage>/)
  })
})

describe('failures', () => {
  test('queries that are empty, null or far too long are rejected alone', async () => {
    const rows = [{ query: '' }, { query: null }, { query: 'x '.repeat(50_000) }, { query: 'fox' }]
    const { rejected, ids } = await find(rows)
    expect(rejected.map(({ error }) => error.code)).toEqual([
      'MAESTRO_AI_EMPTY_INPUT',
      'MAESTRO_AI_EMPTY_INPUT',
      'MAESTRO_AI_QUERY_LONG',
    ])
    expect(ids).toHaveLength(1)
  })

  test('an empty store, by name', async () => {
    const empty = find([{ query: 'fox' }], { store: memoryVectorStore({ name: 'my kb' }) })
    await expect(empty).rejects.toThrow('my kb is empty')
  })

  test('vectors of another model or dimension, naming both', async () => {
    const large = find([{ query: 'fox' }], { embedder: scriptedEmbeddings({ model: 'large' }) })
    await expect(large).rejects.toThrow(/large.*small|small.*large/)
    const short = find([{ query: 'fox' }], { embedder: scriptedEmbeddings({ model: 'small', dimensions: 5 }) })
    await expect(short).rejects.toThrow(/64.*5|5.*64/)
  })

  test('by words, a store that cannot say what is in it', async () => {
    const { list: _, ...store } = (await knowledgeBase()) as ReturnType<typeof memoryVectorStore>
    await expect(find([{ query: 'fox' }], { store, method: 'keyword' })).rejects.toThrow('cannot list its entries')
  })

  test('without a model to embed queries', () => {
    expect(() => new Retriever({ store: memoryVectorStore() })).toThrow('an embedder for the queries is required')
  })

  test('a count larger than the store returns all passages', async () => {
    expect((await find([{ query: 'fox' }], { passages: 99 })).ids[0]).toHaveLength(4)
  })
})

test('in a pipeline; by words no embedder need be configured', async () => {
  const project = maestro({ plugins: [ai], vectorStores: { kb: await knowledgeBase() } })
  const asked = pipeline('p')
    .from([{ query: 'fox' }])
    .step('ai.retrieve', { store: 'kb', method: 'keyword', passages: 1 })
    .map((row) => ({ first: row.passages[0]?.document ?? null }))
  expect(await Array.fromAsync(project.rows(asked))).toEqual([{ first: 'fox.md' }])
  const byVector = pipeline('p')
    .from([{ query: 'fox' }])
    .step('ai.retrieve', { store: 'kb' })
  const error = await project.preview(byVector).catch((caught) => caught)
  expect(MaestroError.is(error) && error.message).toContain('embedder')
})

test('50 queries at once are one call each of model and store', async () => {
  const inner = await knowledgeBase()
  let calls = 0
  const store: VectorStore = {
    ...inner,
    search: (...given) => {
      calls++
      return inner.search(...given)
    },
  }
  const { ids, embedder } = await find(
    Array.from({ length: 50 }, (_, n) => ({ query: `fox ${n}` })),
    { store, passages: 1 },
  )
  expect([ids.length, calls, embedder.requests.length]).toEqual([50, 1, 1])
})

test('an index of words is made once', async () => {
  let lists = 0
  async function* batches() {
    lists++
    yield [{ id: 'a', text: 'one' }, { id: 'b' }]
  }
  const index = await KeywordIndex.of(batches())
  expect([index.find('one', 5).length, index.find('one', 5, { x: 1 }).length, lists]).toEqual([1, 0, 1])
})

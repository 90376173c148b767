import { MemoryVectorStore } from '@langchain/classic/vectorstores/memory'
import type { Document } from '@langchain/core/documents'
import { FakeVectorStore, SyntheticEmbeddings } from '@langchain/core/utils/testing'
import type { VectorRecord } from '@maestro-dataflow/core'
import { describe, expect, test } from 'vitest'
import { fromLangChainVectorStore } from './vector-store.js'

const embeddings = new SyntheticEmbeddings({ vectorSize: 2 })

/** A store of LangChain that can forget, as most of its servers' stores can. */
class ForgettingStore extends MemoryVectorStore {
  override async delete({ ids }: { ids: string[] }): Promise<void> {
    this.memoryVectors = this.memoryVectors.filter(({ id }) => id === undefined || !ids.includes(id))
  }
}

const record = (id: string, x: number, y: number, more: Partial<VectorRecord> = {}): VectorRecord => ({
  id,
  vector: Float32Array.of(x, y),
  text: `text ${id}`,
  ...more,
})

function open<Store extends MemoryVectorStore>(store: Store) {
  return fromLangChainVectorStore(store, {
    dimensions: 2,
    filter: (metadata) => (document: Document) =>
      Object.entries(metadata).every(([name, value]) => document.metadata[name] === value),
    count: async () => store.memoryVectors.length,
  })
}

describe('the memory store of LangChain', () => {
  test('finds near texts, for one query and for many', async () => {
    const store = open(new MemoryVectorStore(embeddings))
    await store.addVectors([record('east', 1, 0), record('north', 0, 1, { metadata: { cold: true } })])
    const east = { vector: Float32Array.of(1, 0.1), k: 1 }
    const [first = [], second = []] = await store.search([east, { vector: Float32Array.of(0, 1), k: 2 }])
    expect(first).toEqual([{ id: 'east', score: expect.closeTo(0.995, 3), text: 'text east', metadata: {} }])
    expect(second.map(({ id }) => id)).toEqual(['north', 'east'])
    expect(second[0]?.metadata).toEqual({ cold: true })
    expect(await store.count()).toBe(2)
    expect(store.name).toBe('langchain memory')
  })

  test('filters by metadata and by a threshold', async () => {
    const store = open(new MemoryVectorStore(embeddings))
    await store.addVectors([
      record('a', 1, 0, { metadata: { lang: 'en' } }),
      record('b', 1, 0, { metadata: { lang: 'zh' } }),
    ])
    const query = { vector: Float32Array.of(1, 0), k: 9 }
    const [found = []] = await store.search([{ ...query, filter: { lang: 'zh' } }])
    expect(found.map(({ id }) => id)).toEqual(['b'])
    expect(await store.search([{ ...query, vector: Float32Array.of(0, 1), threshold: 0.5 }])).toEqual([[]])
  })

  test('a known id is replaced where the store can forget, and is an error where it cannot', async () => {
    const store = open(new ForgettingStore(embeddings))
    await store.addVectors([record('a', 1, 0), record('a', 0, 1)])
    await store.addVectors([record('a', 0, 1, { text: 'new' })])
    const [found = []] = await store.search([{ vector: Float32Array.of(0, 1), k: 9 }])
    expect(found).toMatchObject([{ id: 'a', text: 'new' }])
    expect(await store.delete(['a'])).toBe(1)
    expect(await store.count()).toBe(0)

    const unforgetting = open(new MemoryVectorStore(embeddings))
    await unforgetting.addVectors([record('a', 1, 0)])
    await expect(unforgetting.addVectors([record('a', 0, 1)])).rejects.toMatchObject({
      code: 'MAESTRO_LANGCHAIN_STORE_OPERATION',
      details: { store: 'langchain memory', operation: 'delete' },
    })
  })

  test('where a lower score is nearer, scores are turned round', async () => {
    const distance = (a: number[], b: number[]) => -Math.hypot(...a.map((value, at) => value - (b[at] ?? 0)))
    const memory = new MemoryVectorStore(embeddings, { similarity: distance })
    const store = fromLangChainVectorStore(memory, { dimensions: 2, metric: 'l2', scores: 'distance' })
    await store.addVectors([record('a', 3, 4)])
    expect((await store.search([{ vector: Float32Array.of(0, 0), k: 1 }]))[0]?.[0]?.score).toBe(5)
  })
})

test('a method that a store lacks is an error that says so', async () => {
  const store = fromLangChainVectorStore(new FakeVectorStore(embeddings), { dimensions: 2 })
  const query = { vector: Float32Array.of(1, 0), k: 1 }
  const missing = (operation: string) => ({ code: 'MAESTRO_LANGCHAIN_STORE_OPERATION', details: { operation } })
  await expect(store.count()).rejects.toMatchObject(missing('count'))
  await expect(store.delete(['a'])).rejects.toMatchObject(missing('delete'))
  await expect(store.search([{ ...query, filter: { a: 1 } }])).rejects.toMatchObject(missing('filter'))
  await store.dispose()
})

test('a vector of another length is refused, in and out', async () => {
  const store = open(new MemoryVectorStore(embeddings))
  const error = { code: 'MAESTRO_LANGCHAIN_DIMENSION', details: { expected: 2, found: 3 } }
  const vector = Float32Array.of(1, 2, 3)
  await expect(store.addVectors([{ id: 'a', vector }])).rejects.toMatchObject(error)
  await expect(store.search([{ vector, k: 1 }])).rejects.toMatchObject(error)
})

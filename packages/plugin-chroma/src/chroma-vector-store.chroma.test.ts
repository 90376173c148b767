import { randomUUID } from 'node:crypto'
import { vectorScore } from '@maestro-dataflow/core'
import { describe, expect, test } from 'vitest'
import { chromaUrl } from './__fixtures__/real-chroma.js'
import { ChromaVectorStore } from './chroma-vector-store.js'
import type { ChromaVectorOptions } from './options.js'

const url = chromaUrl
const name = () => `test-${randomUUID()}`
const open = (given: Partial<ChromaVectorOptions> = {}) =>
  ChromaVectorStore.open({ url, collection: name(), retries: 0, ...given })
const record = (id: string, numbers: readonly number[], more: object = {}) => ({
  id,
  vector: Float32Array.from(numbers),
  ...more,
})

describe.skipIf(url === '')('a collection', () => {
  test('keeps null apart from missing, and names that Chroma keeps for itself', async () => {
    const store = await open()
    const metadata = {
      a: null,
      $and: 1,
      '': 'none',
      '#document': true,
      'chroma:document': 'x',
      'maestro.key.x': 2,
      中文: '值',
    }
    await store.addVectors([
      record('all', [1, 0], { metadata, text: '' }),
      record('none', [1, 0], { metadata: {} }),
      record('nothing', [1, 0]),
    ])
    const entries = (await Array.fromAsync(store.list())).flat()
    expect(entries).toEqual([{ id: 'all', text: '', metadata }, { id: 'none', metadata: {} }, { id: 'nothing' }])
    const found = async (filter: Record<string, string | number | boolean | null>) =>
      (await store.search([{ vector: Float32Array.of(1, 0), k: 9, filter }]))[0]?.map(({ id }) => id)
    expect(await found({ a: null, $and: 1, 中文: '值' })).toEqual(['all'])
    expect(await found({ b: null })).toEqual([])
    expect(await found({ $and: '1' })).toEqual([])
  })

  test('a field that a record no longer has is removed', async () => {
    const store = await open()
    await store.addVectors([record('a', [1, 0], { text: 'old', metadata: { x: 1, y: null } })])
    await store.addVectors([record('a', [0, 1], { metadata: { z: 2 } })])
    expect((await Array.fromAsync(store.list())).flat()).toEqual([{ id: 'a', metadata: { z: 2 } }])
  })

  test('takes more at once than the server does', async () => {
    const store = await open()
    const many = Array.from({ length: 6000 }, (_, n) => record(`r${n}`, [n, 1]))
    await store.addVectors(many)
    expect(await store.count()).toBe(6000)
    expect((await Array.fromAsync(store.list())).flat()).toHaveLength(6000)
    expect(await store.delete(many.map(({ id }) => id))).toBe(6000)
  })

  test.each(['cosine', 'dot', 'l2'] as const)(
    'finds by %s what updates have cut off from the graph of the index, once each and with its score',
    async (metric) => {
      const store = await open({ metric, neighbours: 2, candidates: 10 })
      const numbersOf = (n: number, turn: number) => [Math.sin(n * (turn + 1)), Math.cos(n + turn), n % 7]
      const recordsOf = (turn: number) =>
        Array.from({ length: 300 }, (_, n) => record(`r${n}`, numbersOf(n, turn), { metadata: { even: n % 2 === 0 } }))
      for (let turn = 0; turn < 5; turn++) await store.addVectors(recordsOf(turn))
      const vector = Float32Array.of(1, 1, 1)
      const expected = recordsOf(4)
        .map(({ id, vector: other }, n) => ({ id, even: n % 2 === 0, score: vectorScore(metric, vector, other) }))
        .sort((one, other) => other.score - one.score)
      const threshold = (expected[100]?.score ?? 0) - 1e-4
      const searched = await store.search([
        { vector, k: 300 },
        { vector, k: 1000, filter: { even: true } },
        { vector, k: 300, threshold },
      ])
      const [all = [], even = [], near = []] = searched
      for (const [found, right] of [
        [all, expected],
        [even, expected.filter((entry) => entry.even)],
        [near, expected.filter(({ score }) => score >= threshold)],
      ] as const) {
        expect(found.map(({ id }) => id).sort()).toEqual(right.map(({ id }) => id).sort())
        for (const [index, { score }] of found.entries()) expect(score).toBeCloseTo(right[index]?.score ?? 0, 4)
      }
    },
  )

  test('keeps the first model, also for other stores, and refuses another one with an error that names both', async () => {
    const collection = name()
    const one = await open({ collection })
    const other = await open({ collection })
    await one.addVectors([record('a', [1, 0])], { model: 'small' })
    const refused = other.addVectors([record('b', [1, 0])], { model: 'large' })
    await expect(refused).rejects.toMatchObject({
      code: 'MAESTRO_VECTORS_MODEL',
      details: { expected: 'small', found: 'large' },
    })
    const search = (await open({ collection })).search([{ vector: Float32Array.of(1, 0, 0), k: 1 }])
    await expect(search).rejects.toMatchObject({
      code: 'MAESTRO_VECTORS_DIMENSION',
      details: { expected: 2, found: 3 },
    })
  })

  test.each<[string, Partial<ChromaVectorOptions>, object]>([
    ['metric', { metric: 'l2' }, { setting: 'metric', expected: 'l2', found: 'cosine' }],
    ['dimensions', { dimensions: 3 }, { setting: 'dimensions', expected: '3', found: '2' }],
  ])('that was made with another %s is refused, naming both', async (_what, other, details) => {
    const collection = name()
    await (await open({ collection })).addVectors([record('a', [1, 0])])
    await expect(open({ collection, ...other })).rejects.toMatchObject({ code: 'MAESTRO_VECTORS_SETTINGS', details })
  })

  test('that somebody has deleted is an error, and is not created again without its vectors', async () => {
    const collection = name()
    const store = await open({ collection })
    const path = `${url}/api/v2/tenants/default_tenant/databases/default_database/collections/${collection}`
    await fetch(path, { method: 'DELETE' })
    await expect(store.addVectors([record('a', [1, 0])])).rejects.toMatchObject({ code: 'MAESTRO_CHROMA_GONE' })
    await expect(store.count()).rejects.toMatchObject({ code: 'MAESTRO_CHROMA_GONE' })
  })

  test.each(['a', 'a b', 'ü-collection', '../x'])('cannot be called %j', async (collection) => {
    await expect(open({ collection })).rejects.toThrow('letters, digits')
  })

  test('of a tenant that is not there', async () => {
    await expect(open({ tenant: 'nobody' })).rejects.toMatchObject({ code: expect.stringMatching(/^MAESTRO_CHROMA_/) })
  })
})

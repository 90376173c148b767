import assert from 'node:assert/strict'
import type { VectorMetadata } from '@maestro-dataflow/core'
import {
  entry,
  everything,
  exactScore,
  find,
  foundIds,
  numbersFrom,
  type VectorStoreSubject,
} from './vector-store-subject.js'

const oddText = 'it\'s "x"\\ `y` %_ ; DROP -- 漢🎉\n\u0001'

/** Metadata that differ slightly. */
const metadata: Readonly<Record<string, VectorMetadata>> = {
  one: { group: 'a', number: 1 },
  text: { group: 'a', number: '1' },
  yes: { group: 'b', number: true },
  word: { group: 'b', number: 'true' },
  none: { group: 'b', number: null },
  missing: { group: 'b' },
  half: { group: 'a', number: 0.5 },
  odd: { group: oddText, [oddText]: 1 },
}

const filters: readonly (readonly [VectorMetadata, ...string[]])[] = [
  [{ group: 'a' }, 'half', 'one', 'text'],
  [{ number: 1 }, 'one'],
  [{ number: '1' }, 'text'],
  [{ number: true }, 'yes'],
  [{ number: 'true' }, 'word'],
  [{ number: 0.5 }, 'half'],
  [{ number: null }, 'none'],
  [{ group: 'a', number: 1 }, 'one'],
  [{ group: 'b', number: 1 }],
  [{ group: 'A' }],
  [{ colour: 'red' }],
  [{ group: oddText }, 'odd'],
  [{ [oddText]: 1 }, 'odd'],
  [{}, ...Object.keys(metadata).sort()],
]

export const vectorSearchCases = {
  async 'finds the nearest entries, best first, with text and metadata'({ make }: VectorStoreSubject) {
    const { store } = await make()
    await store.addVectors([
      entry('far', [-1, 0.1], { text: 'far away' }),
      entry('near', [1, 0.1], { text: 'near by', metadata: { page: 3, title: 'On', draft: false } }),
      entry('middle', [0.1, 1]),
    ])
    const matches = await find(store, [1, 0], 2)
    assert.deepEqual(
      matches.map(({ score: _, ...rest }) => ({ ...rest, metadata: { ...rest.metadata } })),
      [
        { id: 'near', text: 'near by', metadata: { page: 3, title: 'On', draft: false } },
        { id: 'middle', metadata: {} },
      ],
    )
  },

  async 'scores are those of its metric'({ make, metrics, tolerance }: VectorStoreSubject) {
    const random = numbersFrom(7)
    const vectors = Array.from({ length: 40 }, () => Float32Array.from({ length: 8 }, () => 4 * random() - 2))
    const queries = vectors.slice(0, 5).map((vector) => vector.map((value) => value + random() - 0.5))
    for (const metric of metrics) {
      const { store } = await make(metric)
      assert.equal(store.metric, metric)
      await store.addVectors(vectors.map((vector, n) => ({ id: String(n), vector })))
      for (const query of queries) {
        const scores = vectors.map((vector) => exactScore(metric, query, vector))
        const matches = await find(store, query, vectors.length)
        assert.equal(matches.length, vectors.length)
        for (const { id, score } of matches) {
          const apart = Math.abs(score - (scores[Number(id)] ?? 0))
          assert.ok(apart <= tolerance, `${metric}: the score is ${score}, which is off by ${apart}`)
        }
      }
    }
  },

  async 'finds what an exact search finds'({ make, metrics, recall }: VectorStoreSubject) {
    const random = numbersFrom(11)
    const centres = Array.from({ length: 20 }, () => Float32Array.from({ length: 32 }, () => random() - 0.5))
    const near = (n: number) => (centres[n % 20] ?? new Float32Array()).map((value) => value + (random() - 0.5) / 3)
    const vectors = Array.from({ length: 3000 }, (_, n) => near(n))
    const queries = Array.from({ length: 30 }, (_, n) => near(n))
    for (const metric of metrics) {
      const { store } = await make(metric)
      for (let start = 0; start < vectors.length; start += 1000)
        await store.addVectors(
          vectors.slice(start, start + 1000).map((vector, n) => ({ id: String(start + n), vector })),
        )
      await store.compact?.()
      const found = await store.search(queries.map((vector) => ({ vector, k: 10 })))
      let hits = 0
      for (const [n, query] of queries.entries()) {
        const scores = vectors.map((vector) => exactScore(metric, query, vector))
        const tenth = scores.toSorted((a, b) => b - a)[9] ?? 0
        hits += (found[n] ?? []).filter(({ id }) => (scores[Number(id)] ?? -Infinity) >= tenth - 1e-6).length
      }
      const share = hits / (10 * queries.length)
      assert.ok(share >= recall, `${metric}: of the nearest, ${share} are found`)
    }
  },

  async 'zero vectors have a score and are not the nearest'({ make, metrics }: VectorStoreSubject) {
    for (const metric of metrics) {
      const { store } = await make(metric)
      await store.addVectors([entry('zero', [0, 0]), entry('near', [1, 0]), entry('other', [-3, 0])])
      const matches = await find(store, [1, 0], 3)
      assert.deepEqual(
        matches.map(({ id, score }) => [id, score + 0]),
        {
          cosine: [
            ['near', 1],
            ['zero', 0],
            ['other', -1],
          ],
          dot: [
            ['near', 1],
            ['zero', 0],
            ['other', -3],
          ],
          l2: [
            ['near', 0],
            ['zero', -1],
            ['other', -4],
          ],
        }[metric],
      )
      assert.equal((await find(store, [0, 0], 3)).length, 3)
    }
  },

  async 'an empty store returns nothing, and a single entry is found'({ make }: VectorStoreSubject) {
    const { store } = await make()
    assert.equal(await store.count(), 0)
    assert.deepEqual(await find(store, [1, 0], 3), [])
    assert.deepEqual(await find(store, [1, 0], 3, { filter: { a: 1 } }), [])
    assert.equal(await store.delete(['x']), 0)
    await store.compact?.()
    await store.addVectors([])
    assert.equal(await store.count(), 0)
    assert.deepEqual(await store.search([]), [])
    await store.addVectors([entry('x', [1, 0])])
    assert.equal(await store.count(), 1)
    assert.deepEqual(await foundIds(store, [0, 1], 1), ['x'])
    await store.compact?.()
    assert.deepEqual(await foundIds(store, [0, 1], 1), ['x'])
    assert.equal(await store.delete(['x']), 1)
    assert.equal(await store.count(), 0)
    assert.deepEqual(await find(store, [1, 0], 3), [])
  },

  async 'returns the requested number of matches, or all entries if there are fewer'({ make }: VectorStoreSubject) {
    const { store } = await make()
    await store.addVectors(['a', 'b', 'c'].map((id, n) => entry(id, [1, n])))
    for (const [k, expected] of [
      [1, 1],
      [3, 3],
      [4, 3],
      [10_000, 3],
    ] as const)
      assert.equal((await find(store, [1, 0], k)).length, expected, `k is ${k}`)
  },

  async 'a filter matches equal values of the same type, in all its fields'({ make }: VectorStoreSubject) {
    const { store } = await make()
    await store.addVectors(Object.entries(metadata).map(([id, facts], n) => entry(id, [1, n], { metadata: facts })))
    for (const [filter, ...expected] of filters)
      assert.deepEqual((await foundIds(store, [1, 0], 100, { filter })).toSorted(), expected, JSON.stringify(filter))
    const back = await everything(store, 2)
    for (const [id, facts] of Object.entries(metadata)) assert.deepEqual({ ...back.get(id)?.metadata }, facts)
  },

  async 'a filter is applied before the nearest entries are selected'({ make }: VectorStoreSubject) {
    const { store } = await make()
    const many = Array.from({ length: 500 }, (_, n) => entry(`near ${n}`, [1, n / 1e5], { metadata: { far: false } }))
    const far = [1, 2, 3].map((n) => entry(`far ${n}`, [-n, 1], { metadata: { far: true } }))
    await store.addVectors([...many, ...far])
    assert.deepEqual(await foundIds(store, [1, 0], 2, { filter: { far: true } }), ['far 1', 'far 2'])
  },

  async 'matches below the threshold are omitted'({ make }: VectorStoreSubject) {
    const { store } = await make()
    await store.addVectors([
      entry('same', [1, 0]),
      entry('half', [1, 1]),
      entry('none', [0, 1]),
      entry('back', [-1, 0]),
    ])
    const [least] = (await find(store, [1, 0], 4)).filter(({ id }) => id === 'half')
    for (const [threshold, ...expected] of [
      [2],
      [(least?.score ?? 0) - 1e-3, 'same', 'half'],
      [(least?.score ?? 0) + 1e-3, 'same'],
      [-2, 'same', 'half', 'none', 'back'],
    ] as const)
      assert.deepEqual(await foundIds(store, [1, 0], 4, { threshold }), expected, `above ${threshold}`)
    const above = await foundIds(store, [1, 0], 4, { threshold: 0 })
    assert.ok(!above.includes('back'), 'a threshold of 0 was taken for none')
    assert.deepEqual(await foundIds(store, [1, 0], 1, { threshold: -2 }), ['same'])
  },

  async 'each query of a call receives its own matches'({ make }: VectorStoreSubject) {
    const { store } = await make()
    const random = numbersFrom(3)
    const records = Array.from({ length: 300 }, (_, n) =>
      entry(
        String(n),
        Array.from({ length: 16 }, () => random() - 0.5),
        { text: `text ${n}`, metadata: { third: n % 3 } },
      ),
    )
    await store.addVectors(records)
    const queries = records.map(({ vector }, n) => ({
      vector,
      k: 1 + (n % 3),
      ...(n % 2 === 0 ? { filter: { third: n % 3 } } : {}),
      ...(n % 5 === 0 ? { threshold: 0.99 } : {}),
    }))
    const found = await store.search(queries)
    assert.equal(found.length, queries.length)
    for (const [n, matches] of found.entries()) {
      assert.equal(matches[0]?.id, String(n), `query ${n} got the matches of another`)
      assert.equal(matches[0]?.text, `text ${n}`)
      assert.equal(matches.length, n % 5 === 0 ? 1 : 1 + (n % 3))
      if (n % 2 === 0) for (const match of matches) assert.equal(match.metadata?.third, n % 3)
    }
    assert.deepEqual(await store.search([]), [])
  },
}

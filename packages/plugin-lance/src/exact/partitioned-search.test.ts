import type { VectorMetric } from '@maestro-dataflow/core'
import { describe, expect, test } from 'vitest'
import { circle, StoreFolder } from '../__fixtures__/store-folder.js'
import { ExactSearch, type StoreContent } from './exact-search.js'
import { loadComparer } from './load-comparer.js'
import { PartitionedSearch } from './partitioned-search.js'

const dimensions = 16
const count = 2000

/** Numbers between -1 and 1, the same each time. */
function numbersFrom(seed: number) {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 31 - 1
  }
}

/** Vectors round some centres, of different lengths. */
function clustered(): Float32Array {
  const next = numbersFrom(1)
  const centres = Float32Array.from({ length: 40 * dimensions }, next)
  const numbers = new Float32Array(count * dimensions)
  for (let row = 0; row < count; row++) {
    const [centre, length] = [row % 40, 1 + next() / 4]
    for (let at = 0; at < dimensions; at++)
      numbers[row * dimensions + at] = length * ((centres[centre * dimensions + at] ?? 0) + next() / 5)
  }
  return numbers
}

const content = (numbers: Float32Array): StoreContent => ({
  count,
  dimensions,
  numbers: numbers.slice(),
  ids: { get: String },
  texts: { get: (row) => `text ${row}` },
  metadata: { get: (row) => JSON.stringify({ rare: row % 400 === 7 }) },
})

const comparer = await loadComparer()
const parts = { parts: 30, probes: 6 }

describe.each<VectorMetric>(['cosine', 'dot', 'l2'])('parts by %s', (metric) => {
  const numbers = clustered()
  const queries = Array.from({ length: 70 }, (_, n) => ({
    vector: numbers.slice((n * 13 + 1) * dimensions, (n * 13 + 2) * dimensions),
    k: 10,
  }))

  test('find nearly all results of an exact search, with the same scores and data', async () => {
    const exact = await new ExactSearch(comparer, metric, content(numbers)).search(queries)
    const found = await (await PartitionedSearch.of(comparer, metric, content(numbers), parts)).searchParts(queries)
    let hits = 0
    for (const [n, matches] of found.entries()) {
      const scores = new Map(exact[n]?.map(({ id, score }) => [id, score]))
      for (const { id, score, text } of matches) {
        expect(text).toBe(`text ${id}`)
        if (!scores.has(id)) continue
        expect(score).toBeCloseTo(scores.get(id) ?? 0, 5)
        hits++
      }
    }
    expect(hits / (queries.length * 10)).toBeGreaterThan(0.95)
  })

  test('the exact search of the same content finds all', async () => {
    const exact = await new ExactSearch(comparer, metric, content(numbers)).search(queries)
    const same = await (await PartitionedSearch.of(comparer, metric, content(numbers), parts)).search(queries)
    expect(same.map((matches) => matches.map(({ id }) => id))).toEqual(
      exact.map((matches) => matches.map(({ id }) => id)),
    )
  })

  test('where a filter leaves too few, all parts are looked into, for that query alone', async () => {
    const search = await PartitionedSearch.of(comparer, metric, content(numbers), { parts: 30, probes: 1 })
    const [first, second] = queries
    if (first === undefined || second === undefined) throw new Error('there are no queries')
    const [rare, plain] = await search.searchParts([{ ...first, k: 5, filter: { rare: true } }, second])
    expect(new Set(rare?.map(({ id }) => id))).toEqual(new Set(['7', '407', '807', '1207', '1607']))
    expect(plain).toHaveLength(10)
  })

  test('vectors that are all the same are one part', async () => {
    const search = await PartitionedSearch.of(
      comparer,
      metric,
      content(new Float32Array(count * dimensions).fill(1)),
      parts,
    )
    const [matches] = await search.searchParts([{ vector: new Float32Array(dimensions).fill(1), k: 3 }])
    expect(matches).toHaveLength(3)
  })
})

test('a store that changes between searches shows it at once', async () => {
  const store = await new StoreFolder().open({ index: 'ivf', indexFrom: 600 })
  await store.addVectors(circle(900))
  const nearest = async (degrees: number) => {
    const angle = (2 * Math.PI * degrees) / 360
    const [matches] = await store.search([{ vector: Float32Array.of(Math.cos(angle), Math.sin(angle)), k: 1 }])
    return matches?.[0]?.id
  }
  const place = (360 * 950) / 1000
  for (let time = 0; time < 3; time++) expect(await nearest(place)).not.toBe('950')
  await store.addVectors(circle(100, 900))
  for (let time = 0; time < 3; time++) expect(await nearest(place)).toBe('950')
  await store.delete(['950'])
  for (let time = 0; time < 3; time++) expect(['949', '951']).toContain(await nearest(place))
})

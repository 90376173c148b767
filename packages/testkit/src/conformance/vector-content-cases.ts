import assert from 'node:assert/strict'
import type { VectorRecord, VectorSelection } from '@maestro-dataflow/core'
import { assertRefused, entry, everything, find, foundIds, type VectorStoreSubject } from './vector-store-subject.js'

/** None of these may be mistaken for another, nor for a part of a statement. */
const oddIds = [
  'a',
  'A',
  'a ',
  ' a',
  '00123',
  '123',
  "it's",
  "x' OR '1'='1",
  '"',
  '\\',
  '%',
  '_',
  '/../x',
  '__proto__',
  'é',
  'e\u0301',
  '漢🎉',
  'a\nb',
  'x'.repeat(300),
]

const texts = ['', ' ', '漢字 🎉 é', 'a\nb\t"c" \'d\' \\', 'long '.repeat(50_000)]

export const vectorContentCases = {
  async 'deletions do not change other ids'({ make }: VectorStoreSubject) {
    const { store } = await make()
    const records = Array.from({ length: 10 }, (_, n) => entry(`id ${n}`, [Math.cos(n), Math.sin(n)], { text: `${n}` }))
    await store.addVectors(records)
    assert.equal(await store.delete(['id 0', 'id 4', 'none', 'id 0']), 2)
    assert.equal(await store.count(), 8)
    await store.addVectors([entry('new', [0.1, 0.2], { text: 'new' })])
    const back = await everything(store, 2)
    assert.deepEqual([...back.keys()].sort(), ['id 1', 'id 2', 'id 3', 'id 5', 'id 6', 'id 7', 'id 8', 'id 9', 'new'])
    for (const [id, { text }] of back) assert.equal(text, id.replace('id ', ''))
    assert.deepEqual(await foundIds(store, records[5]?.vector ?? [], 1), ['id 5'])
    assert.equal(await store.delete([]), 0)
  },

  async 'a known id is replaced completely'({ make }: VectorStoreSubject) {
    const { store } = await make()
    await store.addVectors([
      entry('x', [1, 0], { text: 'old', metadata: { old: true } }),
      entry('y', [0, 1], { text: 'stays' }),
    ])
    await store.addVectors([entry('x', [-1, 0], { metadata: { fresh: 1 } })])
    assert.equal(await store.count(), 2)
    const [, ...others] = await find(store, [0, 1], 2)
    assert.deepEqual(
      others.map(({ id, text, metadata }) => ({ id, text, metadata: { ...metadata } })),
      [{ id: 'x', text: undefined, metadata: { fresh: 1 } }],
    )
    assert.deepEqual(await foundIds(store, [-1, 0.1], 1), ['x'])
    assert.deepEqual(await find(store, [1, 0], 5, { filter: { old: true } }), [])
  },

  async 'equal vectors are distinguished by their ids; the last entry of a call with the same id counts'({
    make,
  }: VectorStoreSubject) {
    const { store } = await make()
    await store.addVectors(['a', 'b', 'c'].map((id) => entry(id, [1, 2], { text: id })))
    await store.addVectors([entry('d', [1, 2], { text: 'first' }), entry('d', [1, 2], { text: 'last' })])
    const back = await everything(store, 2)
    assert.deepEqual([...back.values()].map(({ text }) => text).sort(), ['a', 'b', 'c', 'last'])
  },

  async 'ids with any characters are distinguished'({ make }: VectorStoreSubject) {
    const { store } = await make()
    await store.addVectors(oddIds.map((id, n) => entry(id, [1, n], { text: String(n) })))
    assert.equal(await store.count(), oddIds.length)
    const back = await everything(store, 2)
    for (const [n, id] of oddIds.entries()) assert.equal(back.get(id)?.text, String(n), JSON.stringify(id))
    for (const [n, id] of oddIds.entries()) {
      assert.equal(await store.delete([id]), 1, JSON.stringify(id))
      assert.equal(await store.count(), oddIds.length - n - 1)
    }
  },

  async 'texts are returned unchanged'({ make }: VectorStoreSubject) {
    const { store } = await make()
    await store.addVectors([...texts.map((text, n) => entry(String(n), [1, n], { text })), entry('none', [1, -1])])
    const back = await everything(store, 2)
    for (const [n, text] of texts.entries()) assert.equal(back.get(String(n))?.text, text)
    assert.equal(back.get('none')?.text, undefined)
  },

  async 'a later change of a given or returned object does not change the stored one'({ make }: VectorStoreSubject) {
    const { store } = await make()
    const facts = { page: 1 }
    const record: VectorRecord = entry('x', [1, 0], { metadata: facts })
    await store.addVectors([record, entry('y', [0, 1])])
    record.vector[0] = -1
    facts.page = 2
    const query = Float32Array.of(1, 0)
    const [matches] = await store.search([{ vector: query, k: 1 }])
    assert.deepEqual(
      matches?.map(({ id, metadata }) => [id, metadata?.page]),
      [['x', 1]],
    )
    assert.deepEqual([...query], [1, 0], 'the vector of a query was changed')
  },

  async 'vectors of another length are refused, and nothing of the call is stored'({ make }: VectorStoreSubject) {
    const { store } = await make()
    await store.addVectors([entry('x', [1, 0])])
    assert.equal(store.dimensions, 2)
    const added = store.addVectors([entry('y', [1, 0]), entry('z', [1, 0, 0])])
    await assertRefused(added, 'MAESTRO_VECTORS_DIMENSION', '2', '3')
    await assertRefused(find(store, [1, 0, 0], 1), 'MAESTRO_VECTORS_DIMENSION', '2', '3')
    assert.equal(await store.count(), 1)
  },

  async 'NaN and infinite numbers are refused, and nothing of the call is stored'({ make }: VectorStoreSubject) {
    const { store } = await make()
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      const added = store.addVectors([entry('x', [1, 0]), entry('y', [1, value])])
      await assertRefused(added, 'MAESTRO_VECTORS_INVALID', 'y')
      await assertRefused(find(store, [value, 1], 1), 'MAESTRO_VECTORS_INVALID')
    }
    await assertRefused(find(store, [1, 0], 0), 'MAESTRO_VECTORS_INVALID', '0')
    assert.equal(await store.count(), 0)
  },

  async 'another embedding model is refused, naming both'({ make }: VectorStoreSubject) {
    const { store } = await make()
    await store.addVectors([entry('x', [1, 0])], { model: 'minilm' })
    assert.equal(store.model, 'minilm')
    const refusal = ['MAESTRO_VECTORS_MODEL', 'minilm', 'bge'] as const
    await assertRefused(store.addVectors([entry('y', [1, 0])], { model: 'bge' }), ...refusal)
    await assertRefused(store.search([{ vector: Float32Array.of(1, 0), k: 1 }], { model: 'bge' }), ...refusal)
    await store.addVectors([entry('z', [1, 0])], { model: 'minilm' })
    assert.deepEqual((await foundIds(store, [1, 0], 5)).toSorted(), ['x', 'z'])
  },

  async 'its entries can be listed'({ make }: VectorStoreSubject) {
    const { store } = await make()
    if (store.list === undefined) return
    const list = async (which?: VectorSelection) => (await Array.fromAsync(store.list?.(which) ?? [])).flat()
    assert.deepEqual(await list(), [])
    const records = Array.from({ length: 2500 }, (_, n) =>
      entry(`id ${n}`, [1, n], { text: `text ${n}`, metadata: { tenth: n % 10 } }),
    )
    await store.addVectors(records)
    const all = await list()
    assert.equal(all.length, records.length)
    assert.deepEqual(
      all.toSorted((a, b) => Number(a.text?.slice(5)) - Number(b.text?.slice(5))),
      records.map(({ vector: _, ...rest }) => rest),
    )
    assert.equal((await list({ filter: { tenth: 3 } })).length, 250)
    const ids = (which: VectorSelection) => list(which).then((entries) => entries.map(({ id }) => id).sort())
    assert.deepEqual(await ids({ ids: ['id 7', 'none', 'id 3'] }), ['id 3', 'id 7'])
    assert.deepEqual(await ids({ ids: ['id 7', 'id 3'], filter: { tenth: 7 } }), ['id 7'])
    assert.deepEqual(await ids({ ids: [] }), [])
  },
}

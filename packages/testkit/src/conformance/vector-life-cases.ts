import assert from 'node:assert/strict'
import { someTurns } from './outcomes.js'
import {
  assertRefused,
  entry,
  everything,
  find,
  foundIds,
  runElsewhere,
  type VectorStoreSubject,
} from './vector-store-subject.js'

/** Writes of one process, and writes to entries that both processes write. */
const writes = (writer: string) =>
  Array.from({ length: 20 }, (_, turn) => [
    ...[0, 1, 2].map((n) => ({ id: `${writer} ${turn}.${n}`, numbers: [turn, n + 1], text: writer })),
    { id: `shared ${turn % 5}`, numbers: [turn, 1], text: writer },
  ])

export const vectorLifeCases = {
  async 'concurrent additions, deletions, and searches lose nothing'({ make }: VectorStoreSubject) {
    const { store } = await make()
    const ids = Array.from({ length: 40 }, (_, n) => `id ${n}`)
    await Promise.all(
      ids.map(async (id, n) => {
        await store.addVectors([entry(id, [1, n]), entry(`gone ${n}`, [n, 1]), entry('shared', [1, n], { text: id })])
        assert.equal(await store.delete([`gone ${n}`]), 1)
        assert.ok(
          (await find(store, [1, n], 100)).some((match) => match.id === id),
          'what was added is not found',
        )
      }),
    )
    const back = await everything(store, 2)
    assert.deepEqual([...back.keys()].sort(), [...ids, 'shared'].sort())
    assert.ok(ids.includes(back.get('shared')?.text ?? ''))
  },

  async 'compacting does not change the results'({ make }: VectorStoreSubject) {
    const { store } = await make()
    for (let n = 0; n < 10; n++) await store.addVectors([entry(`id ${n}`, [1, n], { text: `${n}`, metadata: { n } })])
    await store.delete(['id 3'])
    await store.addVectors([entry('id 4', [1, 4], { text: 'four' })])
    const before = await find(store, [1, 0.5], 20)
    await store.compact?.()
    assert.deepEqual(await find(store, [1, 0.5], 20), before)
    assert.equal(await store.count(), 9)
    await store.addVectors([entry('later', [1, 0.5])])
    assert.deepEqual(await foundIds(store, [1, 0.5], 1), ['later'])
  },

  async 'an aborted call adds nothing'({ make }: VectorStoreSubject) {
    const { store } = await make()
    const signal = AbortSignal.abort(new RangeError('enough'))
    await assert.rejects(store.addVectors([entry('x', [1, 0])], { signal }), RangeError)
    assert.equal(await store.count(), 0)
    await store.addVectors([entry('x', [1, 0])])
    await assert.rejects(store.search([{ vector: Float32Array.of(1, 0), k: 1 }], { signal }), RangeError)
  },

  async 'its entries persist after it is closed'({ make }: VectorStoreSubject) {
    const { store, reopen } = await make()
    if (reopen === undefined) return
    await store.addVectors([entry('x', [1, 0], { text: 'text', metadata: { a: 1 } }), entry('y', [0, 1])], {
      model: 'minilm',
    })
    await store.delete(['y'])
    const before = await find(store, [1, 0], 5)
    await store.dispose()
    const later = await reopen()
    assert.deepEqual([later.dimensions, later.model, later.metric], [2, 'minilm', store.metric])
    assert.deepEqual(await find(later, [1, 0], 5), before)
    await assertRefused(later.addVectors([entry('z', [1, 0])], { model: 'bge' }), 'MAESTRO_VECTORS_MODEL')
    await later.addVectors([entry('x', [0, 1]), entry('z', [1, 0])])
    assert.equal(await later.count(), 2)
    await later.dispose()
    const last = await reopen()
    assert.deepEqual([...(await everything(last, 2)).keys()].sort(), ['x', 'z'])
    await last.dispose()
  },

  async 'two processes may write at the same time'({ make }: VectorStoreSubject) {
    const { store, code } = await make()
    if (code === undefined) return
    let ended = false
    const other = runElsewhere(`${code}
      for (const records of ${JSON.stringify(writes('other'))})
        await store.addVectors(records.map(({ numbers, ...rest }) => ({ ...rest, vector: Float32Array.from(numbers) })))
      await store.delete(['other 0.0'])
      await store.dispose()`).finally(() => {
      ended = true
    })
    // Watched from now on, because it may fail while this process writes.
    other.catch(() => undefined)
    for (const records of writes('own'))
      await store.addVectors(records.map(({ id, numbers, text }) => entry(id, numbers, { text })))
    // The number changes meanwhile, so the contents are checked when everything is written.
    while (!ended) {
      await find(store, [1, 0], 200)
      await someTurns()
    }
    await other
    const back = await everything(store, 2)
    assert.deepEqual(
      [...back.keys()].filter((id) => id.startsWith('o')).sort(),
      ['own', 'other']
        .flatMap((writer) => writes(writer).flatMap((records) => records.slice(0, 3).map(({ id }) => id)))
        .filter((id) => id !== 'other 0.0')
        .sort(),
    )
    assert.equal(back.size, 124)
  },

  async 'can be closed twice, and refuses calls afterwards'({ make }: VectorStoreSubject) {
    const { store } = await make()
    await store.addVectors([entry('x', [1, 0])])
    await store.dispose()
    await store.dispose()
    for (const work of [
      () => store.addVectors([entry('y', [1, 0])]),
      () => find(store, [1, 0], 1),
      () => store.delete(['x']),
      () => store.count(),
    ])
      await assertRefused(work(), 'MAESTRO_VECTORS_CLOSED')
  },
}

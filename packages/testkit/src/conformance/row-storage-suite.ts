import assert from 'node:assert/strict'
import {
  assertRows,
  assertSame,
  batchOf,
  type MadeStorage,
  type MakeStorage,
  type RowStorageSubject,
  readAll,
} from './row-storage-subject.js'
import { rowStorageValueCases } from './row-storage-value-cases.js'
import { createSuite, type Suite, type SuiteOptions } from './suite.js'

const stepCases = {
  async 'begins at step 0, without rows'({ make }: RowStorageSubject) {
    const { storage } = await make()
    assert.equal(storage.operatorStep, 0)
    assertSame(await readAll(storage), { ids: [], rows: [] })
  },

  async 'each write creates the next step, which replaces the previous one'({ make }: RowStorageSubject) {
    const { storage } = await make()
    for (let step = 1; step <= 3; step++) {
      const result = await storage.write([batchOf([{ step }])])
      assert.equal(result.rows, 1)
      assert.ok(result.location.length > 0, 'a write does not say where its rows are')
      assert.equal(storage.operatorStep, step)
      assertRows((await readAll(storage)).rows, [{ step }])
    }
  },

  async 'rows keep their order and ids, over many batches of all sizes'({ make }: RowStorageSubject) {
    const { storage } = await make()
    const rows = Array.from({ length: 5000 }, (_, n) => ({ n, text: `row ${(n * 7919) % 5000}` }))
    const ids = rows.map(({ n }) => `in.csv:${5000 - n}`)
    async function* batches() {
      let start = 0
      for (const size of [1, 0, 2, 997, 1, 3000, 999]) {
        yield { ids: ids.slice(start, start + size), rows: rows.slice(start, start + size) }
        start += size
      }
    }
    assert.equal((await storage.write(batches())).rows, 5000)
    assertSame(await readAll(storage), { ids, rows })
    assertSame(await readAll(storage), { ids, rows }, 'a second reading gives something else')
  },

  async 'a step may have no rows'({ make }: RowStorageSubject) {
    const { storage } = await make()
    await storage.write([batchOf([{ a: 1 }])])
    for (const none of [[], [batchOf([])]]) {
      assert.equal((await storage.write(none)).rows, 0)
      assertSame(await readAll(storage), { ids: [], rows: [] })
    }
    assert.equal(storage.operatorStep, 3)
    await storage.write([batchOf([{}, {}])])
    assertRows((await readAll(storage)).rows, [{}, {}])
  },

  async 'a view stays at its step, and its write creates the next step'({ make }: RowStorageSubject) {
    const { storage } = await make()
    await storage.write([batchOf([{ step: 1 }])])
    const view = storage.step()
    assert.equal(view.operatorStep, 1)
    assert.equal(view.step().operatorStep, 1)
    await view.write([batchOf([{ step: 2 }])])
    assert.equal(view.operatorStep, 1)
    assert.equal(storage.operatorStep, 2)
    assertRows((await readAll(view)).rows, [{ step: 1 }])
    assertRows((await readAll(storage)).rows, [{ step: 2 }])
    for (const step of [3, 4, 5]) await storage.write([batchOf([{ step }])])
    assertRows((await readAll(view)).rows, [{ step: 1 }], 'a view, after several later steps')
  },

  async 'a step may be written while the previous step is read'({ make }: RowStorageSubject) {
    const { storage } = await make()
    const rows = Array.from({ length: 3000 }, (_, n) => ({ n }))
    await storage.write([batchOf(rows)])
    const view = storage.step()
    async function* doubled() {
      for await (const { ids, rows: some } of view.read())
        yield { ids, rows: some.map(({ n }) => ({ n: 2 * (n as number) })) }
    }
    await storage.write(doubled())
    assert.deepEqual(
      (await readAll(storage)).rows,
      rows.map(({ n }) => ({ n: 2 * n })),
    )
    assertRows((await readAll(view)).rows, rows)
  },

  async 'an interrupted write keeps the previous step, and the next write succeeds'({ make }: RowStorageSubject) {
    const { storage, reopen } = await make()
    await storage.write([batchOf([{ step: 1 }])])
    class Stopped extends RangeError {}
    for (const batchesBefore of [0, 1, 5]) {
      async function* failing() {
        for (let n = 0; n < batchesBefore; n++) yield { ids: [`r${n}`], rows: [{ n }] }
        throw new Stopped()
      }
      await assert.rejects(storage.write(failing()), Stopped)
      assert.equal(storage.operatorStep, 1)
      assertRows((await readAll(storage)).rows, [{ step: 1 }])
      const later = await reopen?.()
      if (later !== undefined) assertRows((await readAll(later)).rows, [{ step: 1 }])
    }
    await storage.write([batchOf([{ step: 2 }])])
    assert.equal(storage.operatorStep, 2)
    assertRows((await readAll(storage)).rows, [{ step: 2 }])
  },

  async 'a row that cannot be stored fails the write and keeps the previous step'({ make }: RowStorageSubject) {
    const { storage } = await make()
    await storage.write([batchOf([{ step: 1 }])])
    let isClosed = false
    async function* unstorable() {
      try {
        yield batchOf([{ a: 1 }, { a: () => 1 }])
        yield batchOf([{ a: 2 }])
      } finally {
        isClosed = true
      }
    }
    await assert.rejects(storage.write(unstorable()), { code: 'MAESTRO_ROW_UNENCODABLE' })
    assert.ok(isClosed, 'a failed write does not close the batches that it was given')
    assert.equal(storage.operatorStep, 1)
    assertRows((await readAll(storage)).rows, [{ step: 1 }])
  },

  async 'reading may stop at any row'({ make }: RowStorageSubject) {
    const { storage } = await make()
    const rows = Array.from({ length: 5000 }, (_, n) => ({ n }))
    await storage.write([batchOf(rows)])
    for (let time = 0; time < 3; time++) {
      for await (const batch of storage.read()) {
        assert.ok(batch.rows.length > 0)
        break
      }
    }
    assertRows((await readAll(storage)).rows, rows)
    await storage.write([batchOf([{ after: true }])])
    assertRows((await readAll(storage)).rows, [{ after: true }])
  },

  async 'several readers may read at the same time'({ make }: RowStorageSubject) {
    const { storage } = await make()
    const rows = Array.from({ length: 3000 }, (_, n) => ({ n }))
    await storage.write([batchOf(rows)])
    const all = await Promise.all([1, 2, 3].map(() => readAll(storage)))
    for (const read of all) assertRows(read.rows, rows)
  },

  async 'two concurrent writers each create a complete step'({ make }: RowStorageSubject) {
    const { storage } = await make()
    async function* slowly(writer: string) {
      for (let n = 0; n < 5; n++) {
        await new Promise((resolve) => setImmediate(resolve))
        yield { ids: [`${writer}${n}`], rows: [{ writer, n }] }
      }
    }
    await Promise.all([storage.write(slowly('a')), storage.write(slowly('b'))])
    assert.equal(storage.operatorStep, 2)
    const { rows } = await readAll(storage)
    const [first] = rows
    assertRows(
      rows,
      [0, 1, 2, 3, 4].map((n) => ({ writer: first?.writer, n })),
    )
  },

  async 'steps outlive the storage'({ make }: RowStorageSubject) {
    const { storage, reopen } = await make()
    if (reopen === undefined) return
    await storage.write([batchOf([{ step: 1 }])])
    const written = {
      ids: ['in.csv:7', 'in.csv:3'],
      rows: [
        { step: 2, at: new Date(0) },
        { b: 1, a: 2n ** 60n },
      ],
    }
    await storage.write([written])
    const later = await reopen()
    assert.equal(later.operatorStep, 2)
    assertSame(await readAll(later), written)
    await later.write([batchOf([{ step: 3 }])])
    assert.equal(later.operatorStep, 3)
    assertRows((await readAll(await reopen())).rows, [{ step: 3 }])
  },
}

const cases = { ...stepCases, ...rowStorageValueCases }

/** The cases of the suite for storages. */
export type RowStorageCase = keyof typeof cases

/**
 * The rules for every row storage: order, ids, steps, and values, and that an interrupted write leaves the previous
 * state.
 *
 * @param makeStorage Creates a new one without rows at each call, in a separate place; the suite disposes what it
 *   created.
 */
export function rowStorageSuite(makeStorage: MakeStorage, options: SuiteOptions<RowStorageCase> = {}): Suite {
  const made: MadeStorage[] = []
  return createSuite<RowStorageSubject, RowStorageCase>({
    title: 'a storage of rows',
    cases,
    options,
    open: async () => ({
      make: async () => {
        const one = await makeStorage()
        made.push(one)
        return one
      },
    }),
    close: async () => {
      for (const { dispose } of made.splice(0)) await dispose?.()
    },
  })
}

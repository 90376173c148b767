import assert from 'node:assert/strict'
import { inspect, isDeepStrictEqual } from 'node:util'
import type { Batch, Row, RowStorage } from '@maestro-dataflow/core'
import { oddColumns, valuesOfEveryType } from './row-storage-values.js'
import { createSuite, type Suite, type SuiteOptions } from './suite.js'

/** A storage to test, and how to reopen it. */
export interface MadeStorage {
  readonly storage: RowStorage
  /** Reopens what the storage left, as a later process would; for storages that outlive their process. */
  readonly reopen?: (() => RowStorage | Promise<RowStorage>) | undefined
  /** Frees what it holds and removes what it left. */
  readonly dispose?: (() => void | Promise<void>) | undefined
}

/** Creates a storage without rows, at step 0, in a separate place. */
export type MakeStorage = () => MadeStorage | Promise<MadeStorage>

interface StorageSubject {
  make(): Promise<MadeStorage>
}

interface Written {
  readonly ids: readonly string[]
  readonly rows: readonly Row[]
}

const cases = {
  async 'begins at step 0, without rows'({ make }: StorageSubject) {
    const { storage } = await make()
    assert.equal(storage.operatorStep, 0)
    assertSame(await readAll(storage), { ids: [], rows: [] })
  },

  async 'each write creates the next step, which replaces the previous one'({ make }: StorageSubject) {
    const { storage } = await make()
    for (let step = 1; step <= 3; step++) {
      const result = await storage.write([batchOf([{ step }])])
      assert.equal(result.rows, 1)
      assert.ok(result.location.length > 0, 'a write does not say where its rows are')
      assert.equal(storage.operatorStep, step)
      assertRows((await readAll(storage)).rows, [{ step }])
    }
  },

  async 'rows keep their order and ids, over many batches of all sizes'({ make }: StorageSubject) {
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

  async 'ids of all kinds are distinguished'({ make }: StorageSubject) {
    const { storage } = await make()
    const ids = [
      'a',
      'A',
      'a ',
      ' a',
      '00123',
      '123',
      'é',
      'e\u0301',
      '漢🎉',
      'it\'s "x" \\ ;',
      'a/b/0',
      'x'.repeat(300),
    ]
    const rows = ids.map((_, n) => ({ n }))
    await storage.write([{ ids, rows }])
    assertSame(await readAll(storage), { ids, rows })
  },

  async 'values of every type are read back unchanged'({ make }: StorageSubject) {
    const { storage } = await make()
    for (const [kind, row] of Object.entries(valuesOfEveryType)) {
      await storage.write([batchOf([row])])
      const { rows } = await readAll(storage)
      assertRows(rows, [row], kind)
      // A comparison does not show whether a column exists at all.
      assert.deepEqual(Object.keys(rows[0] ?? {}).sort(), Object.keys(row).sort(), kind)
    }
  },

  async 'a column may have a different type in each row'({ make }: StorageSubject) {
    const { storage } = await make()
    const values = Object.values(valuesOfEveryType).flatMap((row) => Object.values(row))
    for (const order of [values, values.toReversed()]) {
      const rows = order.map((value) => ({ value }))
      await storage.write([batchOf(rows)])
      assertRows((await readAll(storage)).rows, rows)
    }
  },

  async 'null, missing, and undefined values are distinguished; later rows may have more columns'({
    make,
  }: StorageSubject) {
    const { storage } = await make()
    const rows: Row[] = [{ a: 1 }, { a: null }, {}, { a: undefined }, { b: 'late' }, { a: 2, b: null }]
    await storage.write([batchOf(rows.slice(0, 2)), { ids: ['3', '4', '5', '6'], rows: rows.slice(2) }])
    const back = (await readAll(storage)).rows
    assertRows(back, rows)
    assert.deepEqual(
      back.map((row) => Object.keys(row)),
      rows.map((row) => Object.keys(row)),
    )
  },

  async 'columns may have any name, and there may be many'({ make }: StorageSubject) {
    const { storage } = await make()
    const odd = Object.fromEntries(oddColumns.map((name, n) => [name, `value ${n}`]))
    const many = Object.fromEntries(
      Array.from({ length: 300 }, (_, n) => [`column ${n}`, n % 2 === 0 ? `text ${n}` : n]),
    )
    for (const row of [odd, many]) {
      await storage.write([batchOf([row, row])])
      const { rows } = await readAll(storage)
      for (const back of rows) {
        assert.deepEqual(Object.entries(back).sort(), Object.entries(row).sort())
        assert.equal(Object.getPrototypeOf(back), Object.prototype)
      }
    }
  },

  async 'a huge cell is stored completely'({ make }: StorageSubject) {
    const { storage } = await make()
    const row = { text: '漢🎉x'.repeat(1_000_000), bytes: new Uint8Array(3_000_000).fill(7), after: 1 }
    await storage.write([batchOf([row])])
    assertRows((await readAll(storage)).rows, [row])
  },

  async 'a step may have no rows'({ make }: StorageSubject) {
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

  async 'a view stays at its step, and its write creates the next step'({ make }: StorageSubject) {
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
  },

  async 'a step may be written while the previous step is read'({ make }: StorageSubject) {
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

  async 'an interrupted write keeps the previous step, and the next write succeeds'({ make }: StorageSubject) {
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

  async 'a row that cannot be stored fails the write and keeps the previous step'({ make }: StorageSubject) {
    const { storage } = await make()
    await storage.write([batchOf([{ step: 1 }])])
    await assert.rejects(storage.write([batchOf([{ a: 1 }, { a: () => 1 }])]), { code: 'MAESTRO_ROW_UNENCODABLE' })
    assert.equal(storage.operatorStep, 1)
    assertRows((await readAll(storage)).rows, [{ step: 1 }])
  },

  async 'reading may stop at any row'({ make }: StorageSubject) {
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

  async 'several readers may read at the same time'({ make }: StorageSubject) {
    const { storage } = await make()
    const rows = Array.from({ length: 3000 }, (_, n) => ({ n }))
    await storage.write([batchOf(rows)])
    const all = await Promise.all([1, 2, 3].map(() => readAll(storage)))
    for (const read of all) assertRows(read.rows, rows)
  },

  async 'two concurrent writers each create a complete step'({ make }: StorageSubject) {
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

  async 'a later change of a given or returned object does not change the stored one'({ make }: StorageSubject) {
    const { storage } = await make()
    const row = { list: [1], bytes: new Uint8Array([1]) }
    await storage.write([batchOf([row])])
    row.list.push(2)
    row.bytes[0] = 9
    const [first] = (await readAll(storage)).rows as (typeof row)[]
    first?.list.push(3)
    assertRows((await readAll(storage)).rows, [{ list: [1], bytes: new Uint8Array([1]) }])
  },

  async 'steps outlive the storage'({ make }: StorageSubject) {
    const { storage, reopen } = await make()
    if (reopen === undefined) return
    await storage.write([batchOf([{ step: 1 }])])
    await storage.write([batchOf([{ step: 2, at: new Date(0) }])])
    const later = await reopen()
    assert.equal(later.operatorStep, 2)
    assertSame(await readAll(later), { ids: ['0'], rows: [{ step: 2, at: new Date(0) }] })
    await later.write([batchOf([{ step: 3 }])])
    assert.equal(later.operatorStep, 3)
    assertRows((await readAll(await reopen())).rows, [{ step: 3 }])
  },
}

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
  return createSuite<StorageSubject, RowStorageCase>({
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

function batchOf(rows: readonly Row[]): Batch {
  return { ids: rows.map((_, index) => String(index)), rows }
}

/**
 * Compares everything like a plain assertion, but reports only the first row that differs, because printing thousands
 * of rows takes minutes.
 */
function assertRows(actual: readonly Row[], expected: readonly Row[], what = 'the rows'): void {
  for (let at = 0; at < Math.max(actual.length, expected.length); at++) {
    if (isDeepStrictEqual(actual[at], expected[at])) continue
    const [found, wanted] = [actual[at], expected[at]].map((row) =>
      inspect(row, { maxStringLength: 200, maxArrayLength: 20 }),
    )
    assert.fail(`${what}: row ${at} is ${found}, not ${wanted}`)
  }
}

function assertSame(actual: Written, expected: Written, what?: string): void {
  assertRows(actual.rows, expected.rows, what)
  const at = expected.ids.findIndex((id, index) => id !== actual.ids[index])
  assert.equal(at, -1, `the id of row ${at} is ${actual.ids[at]}, not ${expected.ids[at]}`)
}

async function readAll(storage: RowStorage): Promise<Written> {
  const ids: string[] = []
  const rows: Row[] = []
  for await (const batch of storage.read()) {
    assert.equal(batch.ids.length, batch.rows.length)
    ids.push(...batch.ids)
    rows.push(...batch.rows)
  }
  return { ids, rows }
}

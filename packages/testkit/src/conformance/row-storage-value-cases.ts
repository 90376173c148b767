import assert from 'node:assert/strict'
import type { Row } from '@maestro-dataflow/core'
import { assertRows, assertSame, batchOf, type RowStorageSubject, readAll } from './row-storage-subject.js'
import { oddColumns, valuesOfEveryType } from './row-storage-values.js'

/** The rules for ids, columns, and values: what goes in comes out. */
export const rowStorageValueCases = {
  async 'ids of all kinds are distinguished'({ make }: RowStorageSubject) {
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

  async 'values of every type are read back unchanged'({ make }: RowStorageSubject) {
    const { storage } = await make()
    for (const [kind, row] of Object.entries(valuesOfEveryType)) {
      await storage.write([batchOf([row])])
      const { rows } = await readAll(storage)
      assertRows(rows, [row], kind)
      // A comparison does not show whether a column exists at all.
      assert.deepEqual(Object.keys(rows[0] ?? {}).sort(), Object.keys(row).sort(), kind)
    }
  },

  async 'a column may have a different type in each row'({ make }: RowStorageSubject) {
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
  }: RowStorageSubject) {
    const { storage } = await make()
    const rows: Row[] = [{ b: 1 }, { b: null }, {}, { b: undefined }, { a: 'late' }, { b: 2, a: null }]
    await storage.write([batchOf(rows.slice(0, 2)), { ids: ['3', '4', '5', '6'], rows: rows.slice(2) }])
    const back = (await readAll(storage)).rows
    assertRows(back, rows)
    assert.deepEqual(
      back.map((row) => Object.keys(row)),
      rows.map((row) => Object.keys(row)),
    )
  },

  async 'columns may have any name, and there may be many'({ make }: RowStorageSubject) {
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

  async 'a huge cell is stored completely'({ make }: RowStorageSubject) {
    const { storage } = await make()
    const row = { text: '漢🎉x'.repeat(1_000_000), bytes: new Uint8Array(3_000_000).fill(7), after: 1 }
    await storage.write([batchOf([row])])
    assertRows((await readAll(storage)).rows, [row])
  },

  async 'a later change of a given or returned object does not change the stored one'({ make }: RowStorageSubject) {
    const { storage } = await make()
    const original = () => ({
      list: [1, [{ deep: 1 }]] as unknown[],
      bytes: new Uint8Array([1]),
      vector: new Float32Array([1]),
      day: new Date(1),
    })
    const change = ({ list, bytes, vector, day }: ReturnType<typeof original>) => {
      ;(list[1] as { deep: number }[])[0] = { deep: 2 }
      list.push(2)
      bytes[0] = 9
      vector[0] = 9
      day.setTime(9)
    }
    const nested = { deep: { list: [1] } }
    const [row, ids] = [{ ...original(), nested }, ['a']]
    const expected = { ids: ['a'], rows: [structuredClone(row)] }
    await storage.write([{ ids, rows: [row] }])
    change(row)
    nested.deep.list.push(2)
    ids.push('b')
    for await (const batch of storage.read()) {
      const [first] = batch.rows as (typeof row)[]
      if (first !== undefined) {
        change(first)
        first.nested.deep.list.push(3)
      }
    }
    assertSame(await readAll(storage), expected)
  },
}

import { columnNames, rowFromEntries } from '@maestro-dataflow/core'
import { describe, expect, test } from 'vitest'
import { databases, rejectsOf, temporaryDatabase } from './__fixtures__/databases.js'

describe.each(databases)('%s', (name) => {
  const { write, read, newTable, sql, quote } = temporaryDatabase(name)

  test('values that are written come back', async () => {
    const table = newTable()
    const row = {
      id: 'a',
      text: '漢🎉 "quoted" \\ \t tab\nline {{x}}',
      number: 0.1,
      big: 9007199254740993n,
      yes: true,
      at: new Date('2026-01-02T03:04:05.678Z'),
      bytes: new Uint8Array([0, 1, 255]),
      json: { a: [1, null, 'x'], ключ: { b: false } },
      none: null,
    }
    const report = await write([row, { ...row, id: 'b', text: '', none: 'x', number: -1e300 }], { table, key: 'id' })
    expect(rejectsOf(report)).toEqual([])
    const { rows, ids } = await read({ table })
    expect(ids).toEqual(['a', 'b'])
    expect(rows[0]).toEqual(row)
    expect(rows[1]).toEqual({ ...row, id: 'b', text: '', none: 'x', number: -1e300 })
    expect(await sql(`select count(*) as n from ${quote(table)}`)).toHaveLength(1)
  })

  test('columns that are called like numbers keep their order', async () => {
    const table = newTable()
    const row = rowFromEntries([
      ['country', 'NO'],
      ['2021', 'a'],
      ['2020', 'b'],
    ])
    await write([row], { table })
    const { rows } = await read({ table })
    expect(rows.map((found) => columnNames(found))).toEqual([['country', '2021', '2020']])
    expect(rows).toEqual([row])
  })

  test('many rows, in order', async () => {
    const table = newTable()
    const rows = Array.from({ length: 5000 }, (_, n) => ({ n, text: `row ${n}` }))
    await write(rows, { table })
    const back = await read({ table })
    expect(back.rows).toEqual(rows)
    expect(back.ids[4999]).toBe(`${table}:5000`)
  })
})

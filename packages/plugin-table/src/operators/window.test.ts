import { describe, expect, test } from 'vitest'
import { tableProject } from '../__fixtures__/table-project.js'

const { fromRows, fromUnknown, fromLines, resultOf, rowsOf } = tableProject()

const sales = [
  { id: 1, 城市: 'Oslo', day: 3, n: 10 },
  { id: 2, 城市: 'Bergen', day: 1, n: 5 },
  { id: 3, 城市: 'Oslo', day: 1, n: 20 },
  { id: 4, 城市: 'Oslo', day: 3, n: 30 },
  { id: 5, 城市: null, day: null, n: null },
]
const values = {
  place: 'row_number()',
  rank: 'rank()',
  before: 'lag(n)',
  running: 'sum(n)',
  first: 'first_value(n)',
  last: 'last_value(n)',
}
const expected = [
  { place: 2, rank: 2, before: 20, running: 30, first: 20, last: 30 },
  { place: 1, rank: 1, before: null, running: 5, first: 5, last: 5 },
  { place: 1, rank: 1, before: null, running: 20, first: 20, last: 30 },
  { place: 3, rank: 2, before: 10, running: 60, first: 20, last: 30 },
  { place: 1, rank: 1, before: null, running: null, first: null, last: null },
].map((added, index) => ({ ...sales[index], ...added }))

describe('table.window', () => {
  test('columns are computed within groups and in an order, while the rows keep theirs', async () => {
    const step = { by: ['城市'], orderBy: 'day', values }
    expect(await rowsOf(fromRows(sales).step('table.window', step))).toEqual(expected)
    expect(await rowsOf(fromUnknown(sales).step('table.window', step))).toEqual(expected)
    const lines = sales.map((row) => JSON.stringify(row))
    expect(await rowsOf(fromLines(lines).step('table.window', step))).toEqual(expected)
  })

  test('without an order, the order of the input counts, and aggregates see the whole group', async () => {
    const step = { by: ['城市'], values: { place: 'row_number()', share: 'round(n / sum(n), 2)', all: 'list(id)' } }
    const found = await rowsOf(fromRows(sales).step('table.window', step))
    expect(found.map(({ place, share, all }) => [place, share, all])).toEqual([
      [1, 0.17, [1, 3, 4]],
      [1, 1, [2]],
      [2, 0.33, [1, 3, 4]],
      [3, 0.5, [1, 3, 4]],
      [1, null, [5]],
    ])
  })

  test('a frame bounds what an aggregate sees, and a window of its own replaces those of the step', async () => {
    const step = {
      frame: { before: 1, after: 0 },
      values: {
        pair: 'sum(id)',
        back: "string_agg(id::varchar, '-') over (order by id desc)",
        all: 'count(*) over ()',
      },
    } as const
    const found = await rowsOf(fromRows(sales).step('table.window', step))
    expect(found.map(({ pair, back, all }) => [pair, back, all])).toEqual([
      [1, '5-4-3-2-1', 5],
      [3, '5-4-3-2', 5],
      [5, '5-4-3', 5],
      [7, '5-4', 5],
      [9, '5', 5],
    ])
  })

  test('keys are equal and ordered as in every other step: by type, with NaN last', async () => {
    const keys = [Number.NaN, 2, '2', 1n, -0, true, 0, 2n ** 70n, new Date(0), null]
    const rows = keys.map((k, i) => ({ k, i }))
    const placed = await rowsOf(
      fromUnknown(rows).step('table.window', { orderBy: 'k', values: { place: 'row_number()' } }),
    )
    const sorted = await rowsOf(fromUnknown(rows).step('table.sort', { by: 'k' }))
    expect(placed.toSorted((a, b) => Number(a.place) - Number(b.place)).map(({ i }) => i)).toEqual(
      sorted.map(({ i }) => i),
    )
    expect(placed.map(({ i }) => i)).toEqual(rows.map(({ i }) => i))
    const grouped = await rowsOf(fromUnknown(rows).step('table.window', { by: ['k'], values: { n: 'count(*)' } }))
    expect(grouped.map(({ n }) => n)).toEqual([1, 1, 1, 1, 2, 1, 2, 1, 1, 1])
  })

  test('values of every type pass through a function and keep their type', async () => {
    const given = [1, 2n ** 80n, new Date(5), 'a\0b', null, Number.NaN, [1, { x: 2 }]]
    for (const value of given) {
      const rows = [{ v: value }, { v: null }]
      const [, second] = await rowsOf(fromUnknown(rows).step('table.window', { values: { before: 'lag(v)' } }))
      expect(second).toEqual({ v: null, before: value })
    }
  })

  test('hostile names of columns are names', async () => {
    const names = ['a"b', "x' || 'y", 'a\\b', '$date', '"#maestro.part0"', 'over', '换行\n']
    const rows = [1, 2].map((i) => Object.fromEntries(names.map((name) => [name, i])))
    for (const name of names) {
      const values = { [`new ${name}`]: 'row_number()' }
      const found = await rowsOf(fromRows(rows).step('table.window', { by: [name], orderBy: name, values }))
      expect(found).toEqual(rows.map((row) => ({ ...row, [`new ${name}`]: 1 })))
    }
  })

  test('a row that cannot be computed is rejected, and the others are computed without it', async () => {
    const rows = [{ s: '1' }, { s: 'x' }, { s: '3' }]
    const built = fromRows(rows).step('table.window', { values: { total: 'sum(s::integer)' } })
    const { rows: found, rejects } = await resultOf(built)
    expect(found).toEqual([
      { s: '1', total: 4 },
      { s: '3', total: 4 },
    ])
    expect(rejects).toMatchObject([{ id: 'rows:2', message: expect.stringContaining('cannot be computed') }])
  })

  test('lines of a file keep their other columns, and broken lines are rejected', async () => {
    const lines = ['{ "a": 1.50, "b": {"x": [1]} }', 'broken', '{"a":2,"n":"old"}', '{}']
    const built = fromLines(lines).step('table.window', { values: { n: 'row_number()' } })
    expect(await rowsOf(built)).toEqual([{ a: 1.5, b: { x: [1] }, n: 1 }, { a: 2, n: 2 }, { n: 3 }])
  })

  test('faults are found before any row is read', async () => {
    const fault = (values: Record<string, string>) => rowsOf(fromRows(sales).step('table.window', { values }))
    await expect(fault({ n: 'row_number()' })).rejects.toThrow(/already a column "n"/)
    await expect(fault({ x: 'lag(town)' })).rejects.toThrow(/town/)
    await expect(fault({ x: 'sum(n) over (order by (select 1))' })).rejects.toThrow(/subquery/)
    await expect(fault({ x: 'row_number(' })).rejects.toThrow(/cannot be used/)
    await expect(fault({ x: "getvariable('x')" })).rejects.toThrow(/not possible/)
  })

  test('it works behind and before steps of other kinds', async () => {
    const built = fromRows(sales)
      .step('table.sort', { by: 'n' })
      .step('table.window', {
        by: ['城市'],
        orderBy: [{ column: 'n', descending: true }],
        values: { place: 'row_number()' },
      })
      .step('table.filter', { where: 'place = 1' })
      .step('table.select', { columns: ['id', 'place'] })
    expect(await rowsOf(built)).toEqual([
      { id: 2, place: 1 },
      { id: 4, place: 1 },
      { id: 5, place: 1 },
    ])
  })

  test('a row without columns may be written in several ways', async () => {
    const built = fromLines(['{"n":1}', '{ }', '{}', '{\t}'])
    const windowed = built.step('table.window', { values: { place: 'row_number()' } })
    expect(await rowsOf(windowed)).toEqual([{ n: 1, place: 1 }, { place: 2 }, { place: 3 }, { place: 4 }])
  })
})

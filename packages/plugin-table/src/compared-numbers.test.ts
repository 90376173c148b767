import { describe, expect, test } from 'vitest'
import { tableProject } from './__fixtures__/table-project.js'

/* SQL would round a text that stands beside a number to the digits of the number. */

const { fromLines, fromUnknown, rowsOf } = tableProject()

const rows = [
  { k: 1, n: 2.5, b: 9007199254740993n, t: '99.6' },
  { k: 2, n: 0.1, b: 9007199254740992n, t: '100' },
]
const keptBy = async (where: string, params?: Record<string, string | number>) => {
  const found = await rowsOf(fromUnknown(rows).step('table.filter', { where, ...(params && { params }) }))
  return found.map(({ k }) => k)
}

describe('a constant text beside a number is that number', () => {
  test.each([
    ["k = '1.4'", []],
    ["k <> '1.4'", [1, 2]],
    ["k < '1.4'", [1]],
    ["k in ('1.4', '2.0')", [2]],
    ["k not in ('1.6')", [1, 2]],
    ["k between '0.6' and '1.4'", [1]],
    ["k is distinct from '1.4'", [1, 2]],
    ["case k when '1.4' then false else k = '2' end", [2]],
    ["nullif(k, '1.4') = 1", [1]],
    ["greatest(k, '1.5') = '1.5'", [1]],
    ["coalesce(nullif(k, 1), '1.5') > 1.4", [1, 2]],
    ["b > '9007199254740992.4'", [1]],
    ["b = '9007199254740992'", [2]],
    ["n = '0.1'", [2]],
    ["n = '25e-1'", [1]],
    ["k = '14e-1'", []],
    ["k = '+2.00'", [2]],
  ])('%s', async (where, expected) => {
    expect(await keptBy(where)).toEqual(expected)
  })

  test('so is a bound one', async () => {
    expect(await keptBy('k = $x', { x: '1.4' })).toEqual([])
    expect(await keptBy('k < $x', { x: '1.4' })).toEqual([1])
    expect(await keptBy('b = $x', { x: '9007199254740993' })).toEqual([1])
  })

  test('in an aggregate and in a window', async () => {
    const values = { few: "count(*) FILTER (WHERE k <= '1.4')", sum: "sum(CASE WHEN k > '1.6' THEN k END)" }
    expect(await rowsOf(fromUnknown(rows).step('table.aggregate', { values }))).toEqual([{ few: 1, sum: 2 }])
    const few = "count(*) FILTER (WHERE k <= '1.4') OVER ()"
    const windows = fromUnknown(rows).step('table.window', { values: { few } })
    expect((await rowsOf(windows)).map((row) => row.few)).toEqual([1, 1])
  })

  test('in a query', async () => {
    const query = "SELECT k FROM input WHERE k < '1.4' OR b IN ('9007199254740992.0', '7.5') ORDER BY k DESC LIMIT 2"
    expect(await rowsOf(fromUnknown(rows).step('table.sql', { query }))).toEqual([{ k: 2 }, { k: 1 }])
  })

  test('with more digits than SQL has, it is refused', async () => {
    await expect(keptBy(`k = '0.${'1'.repeat(39)}'`)).rejects.toThrow(/more than 38 digits/)
  })
})

describe('a text that is computed or comes from a column is refused', () => {
  test.each(['t = 100', 't <> 100', 't in (100, 5)', '100 = t', 'k = t', 't is not distinct from 100', "'' || t = 1"])(
    '%s',
    async (where) => {
      await expect(keptBy(where)).rejects.toThrow(/cast it, such as try_cast/)
    },
  )

  test('a bound number', async () => {
    await expect(keptBy('t = $x', { x: 100 })).rejects.toThrow(/try_cast\(t as double\)/)
  })

  test('with a cast, it is compared', async () => {
    expect(await keptBy('try_cast(t as double) = 100')).toEqual([2])
  })

  test('a text of one row costs this row', async () => {
    const mixed = fromLines(['{"v":"99.6"}', '{"v":100}', '{"v":7}']).step('table.filter', { where: 'v = 100' })
    expect(await rowsOf(mixed)).toEqual([{ v: 100 }])
  })

  test.each([
    'SELECT k FROM input WHERE t = 100',
    'SELECT k FROM input i WHERE i.t IN (100)',
    'SELECT input.k FROM input JOIN other ON input.k = other.v',
    'SELECT k FROM input JOIN shared USING (k)',
  ])('%s', async (query) => {
    const tables = { other: [{ v: '1.4' }], shared: [{ k: '1.4' }] }
    await expect(rowsOf(fromUnknown(rows).step('table.sql', { query, tables }))).rejects.toThrow(/cast it/)
  })
})

import { pipeline } from '@maestro-dataflow/core'
import { expect, test } from 'vitest'
import { tableProject } from '../../__fixtures__/table-project.js'

const { fromRows, fromUnknown, rowsOf } = tableProject()

test('table.profile describes each column in one row', async () => {
  const rows = [1, 2, 3, 4, 100].map((n) => ({
    n,
    城市: n > 2 ? 'Oslo' : '上海',
    at: new Date(n),
    maybe: n > 3 ? n : null,
  }))
  const found = await rowsOf(fromRows(rows).step('table.profile', { bins: 3, topValues: 2 }))
  expect(found.map(({ column }) => column)).toEqual(['n', '城市', 'at', 'maybe'])
  expect(found[0]).toMatchObject({
    rows: 5,
    nulls: 0,
    types: { integer: 5 },
    distinct: 5,
    min: 1,
    max: 100,
    mean: 22,
    quantiles: { p5: expect.closeTo(1.2), p25: 2, p50: 3, p75: 4, p95: expect.closeTo(80.8) },
    lengths: null,
    top: [
      { value: 1, count: 1 },
      { value: 2, count: 1 },
    ],
    histogram: [
      { from: 1, to: 34, count: 4 },
      { from: 34, to: 67, count: 0 },
      { from: 67, to: 100, count: 1 },
    ],
  })
  expect(found[0]?.stddev).toBeCloseTo(43.6177, 3)
  expect(found[1]).toMatchObject({
    types: { string: 5 },
    distinct: 2,
    min: null,
    lengths: { min: 2, mean: 3.2, max: 4 },
    top: [
      { value: 'Oslo', count: 3 },
      { value: '上海', count: 2 },
    ],
    histogram: [],
  })
  expect(found[2]).toMatchObject({ types: { date: 5 }, min: new Date(1), max: new Date(100), mean: new Date(22) })
  expect(found[3]).toMatchObject({
    nulls: 3,
    types: { integer: 2 },
    histogram: [{ count: 1 }, { count: 0 }, { count: 1 }],
  })
})

test.each([
  ['numbers on the bounds', [10, 10.1, 10.2, 10.3], 3],
  ['fractions', [1.1, 1.2, 1.3, 1.4, 1.5, 1.6], 5],
  ['the whole range of numbers', [-1.7e308, 0, 1.7e308], 4],
  ['fewer numbers than parts', [1, 1 + Number.EPSILON], 7],
] as const)('each part of a histogram counts the values from its bound up to the next: %s', async (_, values, bins) => {
  const [found] = await rowsOf(fromRows(values.map((n) => ({ n }))).step('table.profile', { bins }))
  const parts = found?.histogram as readonly { from: number; to: number; count: number }[]
  expect([parts.length, parts[0]?.from, parts.at(-1)?.to]).toEqual([bins, values[0], values.at(-1)])
  const expected = parts.map(({ from, to }, index) => {
    const isLast = index === parts.length - 1
    return values.filter((n) => n >= from && (isLast ? n <= to : n < to)).length
  })
  expect(parts.map(({ count }) => count)).toEqual(expected)
})

test('the parts of a histogram of dates begin at whole milliseconds, as they are shown', async () => {
  const rows = [1, 2, 3, 5].map((ms) => ({ at: new Date(ms) }))
  const [found] = await rowsOf(fromRows(rows).step('table.profile', { bins: 3 }))
  expect(found?.histogram).toEqual([
    { from: new Date(1), to: new Date(2), count: 1 },
    { from: new Date(2), to: new Date(4), count: 2 },
    { from: new Date(4), to: new Date(5), count: 1 },
  ])
})

test('values are compared by type and value, and odd values do not stop it', async () => {
  const values = [
    1,
    1n,
    -0,
    0,
    Number.NaN,
    Infinity,
    2n ** 80n,
    '\ud800',
    'a\0b',
    [1, { x: null }],
    new Date(Number.NaN),
    true,
    null,
  ]
  const rows = [...values.map((v) => ({ v })), {}]
  const [found] = await rowsOf(fromUnknown(rows).step('table.profile', {}))
  expect(found).toMatchObject({ rows: 14, nulls: 2, min: 0, max: 2n ** 80n })
  expect(found?.top).toContainEqual({ value: 1, count: 2 })
  const distinct = await rowsOf(fromUnknown(rows).step('table.distinct', { columns: ['v'] }))
  expect(found?.distinct).toBe(distinct.filter(({ v }) => v !== null).length)
})

test('decimal numbers are numbers if the plan says so, and bounds keep all their digits', async () => {
  const rows = ['10.5', '9', '-0.25', '9.00', null, 'NaN'].map((price, n) => ({ price, id: 2n ** 60n + BigInt(n) }))
  const typed = pipeline('p').from(rows, { columns: { price: 'decimal', id: 'bigint' } })
  const [price, id] = await rowsOf(typed.step('table.profile', { bins: 2 }))
  expect(price).toMatchObject({
    ...{
      rows: 6,
      nulls: 1,
      types: { decimal: 5 },
      distinct: 4,
      min: '-0.25',
      max: '10.5',
      mean: 7.0625,
      lengths: null,
    },
    quantiles: { p50: 9 },
    top: [{ value: '9', count: 2 }, {}, {}, {}],
    histogram: [{ count: 1 }, { count: 3 }],
  })
  expect(id).toMatchObject({ min: 2n ** 60n, max: 2n ** 60n + 5n, distinct: 6 })
})

test('hostile names, chosen columns, and empty tables', async () => {
  const [found, ...others] = await rowsOf(
    fromRows([{ "a'; --": 1, '"b"': 2 }]).step('table.profile', { columns: ["a'; --"] }),
  )
  expect([found?.column, found?.max, others]).toEqual(["a'; --", 1, []])
  const none = fromRows([{ a: 1 }])
    .step('table.filter', { where: 'a > 1' })
    .step('table.profile', { columns: ['a'] })
  expect(await rowsOf(none)).toMatchObject([{ column: 'a', rows: 0, nulls: 0, distinct: 0 }])
})

import type { Row } from '@maestro-dataflow/core'
import { describe, expect, test } from 'vitest'
import { tableProject } from './__fixtures__/table-project.js'

// A row for which an aggregate cannot compute its arguments is rejected, and the other rows are aggregated.

const { fromLines, fromRows, fromUnknown, resultOf, rowsOf } = tableProject()

describe.each([
  ['rows in code', fromRows],
  ['rows of which the plan knows nothing', fromUnknown],
])('%s', (_, from) => {
  const aggregated = (rows: readonly Row[], values: Record<string, string>, by: readonly string[] = []) =>
    resultOf(from(rows).step('table.aggregate', { by, values } as never))

  test('a value that does not cast', async () => {
    const rows = [
      { g: 'x', p: '1' },
      { g: 'x', p: 'n/a' },
      { g: 'y', p: '3' },
    ]
    const { rows: groups, rejects } = await aggregated(rows, { sum: 'sum(p::double) + 0', n: 'count(*)' }, ['g'])
    expect(groups).toEqual([
      { g: 'x', sum: 1, n: 1 },
      { g: 'y', sum: 3, n: 1 },
    ])
    expect(rejects).toEqual([{ id: 'rows:2', message: expect.stringContaining('n/a') }])
  })

  test('a value that a filter leaves out is not computed', async () => {
    const rows = [{ p: '1' }, { p: 'n/a' }]
    const { rows: groups, rejects } = await aggregated(rows, {
      sum: "sum(p::int) filter (where p <> 'n/a')",
      n: 'count(*)',
    })
    expect({ groups, rejects }).toEqual({ groups: [{ sum: 1, n: 2 }], rejects: [] })
  })

  test('text with half a character, and a date that is none', async () => {
    const texts = [{ t: 'b' }, { t: 'a\ud83d' }, { t: 'c' }]
    const found = await aggregated(texts, { list: 'list(t)', text: "string_agg(t, ',')", least: 'min(t)' })
    expect(found.rows).toEqual([{ list: ['b', 'c'], text: 'b,c', least: 'b' }])
    expect(found.rejects.map(({ id }) => id)).toEqual(['rows:2'])
    const days = [{ d: new Date(0) }, { d: new Date(Number.NaN) }, { d: new Date(1000) }]
    const dates = await aggregated(days, { list: 'list(d)', last: 'max(d)' })
    expect(dates.rows).toEqual([{ list: [new Date(0), new Date(1000)], last: new Date(1000) }])
    expect(dates.rejects.map(({ id }) => id)).toEqual(['rows:2'])
  })

  test('a column whose only texts are half characters shows no tags', async () => {
    const rows = [{ t: '\ud800', n: 1 }, { t: 'x\udfff', n: 2 }, { n: 3 }] as Row[]
    const { rows: all, rejects } = await aggregated(rows, { list: 'list(t)', n: 'count(*)' })
    expect(all).toEqual([{ list: [null], n: 1 }])
    expect(rejects.map(({ id }) => id)).toEqual(['rows:1', 'rows:2'])
  })

  test('as keys they are groups like others', async () => {
    const { rows, rejects } = await aggregated(
      [
        { t: 'a\ud83d', n: 1 },
        { t: 'b', n: 2 },
        { t: 'a\ud83d', n: 3 },
      ],
      { n: 'list(n)' },
      ['t'],
    )
    expect(rows).toEqual([
      { t: 'a\ud83d', n: [1, 3] },
      { t: 'b', n: [2] },
    ])
    expect(rejects).toEqual([])
  })
})

test('lines of text', async () => {
  const start = fromLines(['{"p":"1"}', '{"p":"n/a"}', '{"p":"\\ud83d"}', '{"p":"3"}'])
  expect(await rowsOf(start.step('table.aggregate', { values: { sum: 'sum(p::int)' } } as never))).toEqual([{ sum: 4 }])
})

describe('values of several types have no order in SQL', () => {
  test.each(['max(v) || 1', 'arg_max(n, v)', 'list(n order by v)', 'median(v)'])(
    '%s is refused',
    async (expression) => {
      const step = ['table.aggregate', { values: { v: expression } }] as [never, never]
      const refused = { code: 'MAESTRO_TABLE_EXPRESSION', message: expect.stringContaining('several types in "v"') }
      for (const given of [
        ['10', '"9"'],
        ['2.5', '9007199254740993'],
        ['true', '1'],
      ]) {
        const lines = given.map((v, n) => `{"n":${n},"v":${v}}`)
        await expect(rowsOf(fromLines(lines).step(...step))).rejects.toMatchObject(refused)
      }
    },
  )
})

describe('the greatest and the least of values that SQL would compare as text', () => {
  const extremes = { most: 'max(v)', least: 'min(v)', some: 'max(v) filter (where n > 0)', n: 'count(v)' }
  const wide = 9007199254740993n
  test.each<[string, readonly unknown[], unknown, unknown, unknown]>([
    ['big integers and fractions', [10n, wide, 9007199254740992, 0.5, -2.5], wide, -2.5, wide],
    ['equal numbers: the first counts', [wide + 1n, 9007199254740994, 1.5, 2n], wide + 1n, 1.5, 9007199254740994],
    ['numbers of several widths', [1e300, 10n ** 40n, -(10n ** 400n), 7], 1e300, -(10n ** 400n), 10n ** 40n],
    ['infinities and NaN', [wide, Number.NEGATIVE_INFINITY, 0.5], wide, Number.NEGATIVE_INFINITY, 0.5],
    ['texts, numbers, booleans', ['10', 9, true, '9', null, undefined], '9', true, '9'],
    ['dates and texts', [new Date(5), '1999', new Date(9)], '1999', new Date(5), '1999'],
    ['lists', [[10], [9, 1], [9]], [10], [9], [9, 1]],
    ['objects', [{ x: 10 }, { x: 9 }, { x: 2, y: 1 }], { x: 10 }, { x: 2, y: 1 }, { x: 9 }],
  ])('%s', async (_, values, most, least, some) => {
    const rows = values.map((v, n) => ({ n, v }))
    const count = values.filter((v) => v !== null && v !== undefined).length
    for (const start of [fromRows(rows), fromUnknown(rows)]) {
      const found = await rowsOf(start.step('table.aggregate', { values: extremes } as never))
      expect(found).toEqual([{ most, least, some, n: count }])
    }
  })
})

test('an aggregate that looks at some of the rows only is refused', async () => {
  const step = fromRows([{ n: 1 }]).step('table.aggregate', { by: [], values: { q: 'reservoir_quantile(n, 0.5)' } })
  await expect(rowsOf(step)).rejects.toThrow(/reservoir_quantile looks at some of the rows only: use quantile_cont/)
})

test('functions that DuckDB makes of aggregates take the rows in their order', async () => {
  const rows = [
    { k: 'b', n: 2, w: 1 },
    { k: 'a', n: 8, w: 3 },
    { k: 'c', n: null, w: 5 },
  ]
  const values = {
    list: 'json_group_array(k)',
    object: 'json_group_object(k, n)',
    mean: 'geomean(n)',
    weighted: 'wavg(n, w)',
    twice: 'WEIGHTED_AVG(n, w) * 2',
  }
  expect(await rowsOf(fromRows(rows).step('table.aggregate', { by: [], values } as never))).toEqual([
    { list: ['b', 'a', 'c'], object: { b: 2, a: 8, c: null }, mean: expect.closeTo(4), weighted: 6.5, twice: 13 },
  ])
})

import { type Columns, pipeline, type Row } from '@maestro-dataflow/core'
import { describe, expect, test } from 'vitest'
import { tableProject } from './__fixtures__/table-project.js'

/* SQL brings a big integer and a fraction to fractions, and decimal numbers to one number of digits. */

const { fromUnknown, rowsOf } = tableProject()
const fromTyped = (given: readonly Row[], columns: Columns) =>
  pipeline('p').from(given, { columns }) as unknown as ReturnType<typeof fromUnknown>

const [large, near] = [9007199254740993n, 9007199254740992]
const rows = [
  { k: 1, b: large, d: near, i: 321 },
  { k: 2, b: 9007199254740992n, d: near, i: 8 },
  { k: 3, b: -5n, d: -5.5, i: 9 },
  { k: 4, b: 10n ** 30n, d: 1e30, i: 10 },
  { k: 5, b: 3n, d: Number.NaN, i: 11 },
  { k: 6, b: 3n, d: Number.NEGATIVE_INFINITY, i: 12 },
  { k: 7, b: null, d: 1, i: 13 },
]
const typed = { k: 'integer', b: 'bigint', d: 'number', i: 'integer' } as const
const starts = {
  'undeclared columns': () => fromUnknown(rows),
  'typed columns': () => fromTyped(rows, typed),
}

describe.each(Object.entries(starts))('big integers beside fractions, %s', (_, start) => {
  test.each([
    ['b = d', [2]],
    ['b <> d', [1, 3, 4, 5, 6]],
    ['b > d', [1, 3, 6]],
    ['b >= d', [1, 2, 3, 6]],
    ['b < d', [4, 5]],
    ['d <= b', [1, 2, 3, 6]],
    ['b IN (d, 3)', [2, 5, 6]],
    ['b BETWEEN d AND d', [2]],
    ['b IS NOT DISTINCT FROM d', [2]],
    ['b IS DISTINCT FROM d', [1, 3, 4, 5, 6, 7]],
    ['d = 9007199254740993', []],
    ["d = '9007199254740993'", []],
    ['d = 9007199254740992', [1, 2]],
    ['b = 9007199254740992e0', [2]],
    ['b > 1.5 AND b < 1e17', [1, 2, 5, 6]],
    ['b * 1 = d', [2]],
    ['i * 28059810762433 > d', [1, 3, 6, 7]],
  ])('%s', async (where, expected) => {
    const found = await rowsOf(start().step('table.filter', { where }))
    expect(found.map(({ k }) => k)).toEqual(expected)
  })

  test('a bound number', async () => {
    const kept = async (x: number) =>
      (await rowsOf(start().step('table.filter', { where: 'b = $x', params: { x } }))).map(({ k }) => k)
    expect(await kept(near)).toEqual([2])
    expect(await kept(-5)).toEqual([3])
    expect(await kept(2.5)).toEqual([])
  })

  test('in an aggregate, a window, and a query', async () => {
    const count = 'count(*) FILTER (WHERE b = d)'
    expect(await rowsOf(start().step('table.aggregate', { values: { n: count } }))).toEqual([{ n: 1 }])
    const window = start().step('table.window', { values: { n: `${count} OVER ()` } })
    expect((await rowsOf(window))[0]?.n).toBe(1)
    const query = 'SELECT a.k FROM input a JOIN input c ON a.b = c.d ORDER BY a.k, c.k'
    expect(await rowsOf(start().step('table.sql', { query }))).toEqual([{ k: 2 }, { k: 2 }])
  })
})

describe('decimal numbers', () => {
  const given = [
    { k: 1, a: '0.10', n: 0.1 },
    { k: 2, a: '0.10000000000000000001', n: 0.1 },
  ]
  const from = () => fromTyped(given, { k: 'integer', a: 'decimal', n: 'number' })
  test.each([
    ['a = n', [1]],
    ['a > n', [2]],
    ['a = 0.1', [1]],
    ['a = 1e-1', [1]],
    ["a = '0.10000000000000000001'", [2]],
  ])('%s', async (where, expected) => {
    expect((await rowsOf(from().step('table.filter', { where }))).map(({ k }) => k)).toEqual(expected)
  })

  test('with many digits before and after the point are joined', async () => {
    const query = 'SELECT v FROM input JOIN other ON input.a = CAST(other.k AS DECIMAL(38, 12)) ORDER BY v'
    const wide = fromTyped([{ a: '123456789012345678901234567890.5' }, { a: '0.10' }], { a: 'decimal' })
    const tables = { other: [{ k: '0.1', v: 1 }] }
    expect(await rowsOf(wide.step('table.sql', { query, tables }))).toEqual([{ v: 1 }])
  })
})

describe('in every SELECT of a query, a text beside a number', () => {
  const tables = { other: [{ k: '1.4', n: 1.5 }], whole: [{ k: 1, t: '1' }] }
  const ask = (query: string) => rowsOf(fromUnknown(rows).step('table.sql', { query, tables }))

  test.each([
    'SELECT k FROM input WHERE k IN (SELECT k FROM other)',
    'SELECT k FROM input WHERE EXISTS (SELECT 1 FROM other WHERE other.k = input.k)',
    'SELECT k FROM input WHERE k = (SELECT max(k) FROM other)',
    'WITH o AS (SELECT k AS x FROM other) SELECT input.k FROM input JOIN o ON o.x = input.k',
    'SELECT input.k FROM input, other WHERE other.k < input.k UNION ALL SELECT 1',
    'SELECT i.k FROM input i JOIN other o ON i.k = o.k',
    'SELECT i.k FROM input i SEMI JOIN other o ON i.k = o.k',
    'SELECT i.k FROM input i ANTI JOIN other o ON i.k = o.k',
    'SELECT i.k FROM (SELECT * FROM input SEMI JOIN whole USING (k)) i SEMI JOIN other o ON i.k = o.k',
    'SELECT k FROM (SELECT k::VARCHAR AS k FROM input) WHERE k > 1',
    'WITH o AS (SELECT * FROM other) SELECT 1 AS x FROM input JOIN o USING (k)',
    'SELECT 1 AS x FROM input NATURAL JOIN (SELECT k FROM other)',
    'SELECT k FROM input UNION SELECT k FROM other',
    'SELECT count(*) AS n FROM input GROUP BY k HAVING max(k::VARCHAR) > 2 UNION ALL SELECT 1',
    'SELECT k FROM input ORDER BY (SELECT count(*) FROM other o WHERE o.k = input.k)',
  ])('is refused: %s', async (query) => {
    await expect(ask(query)).rejects.toThrow(/cast it/)
  })

  test('a column without a value stands beside numbers and texts alike', async () => {
    const empty = [{ k: 1, none: null }, { k: 2 }, { k: 3, none: undefined }]
    const found = (where: string) =>
      rowsOf(fromUnknown(empty).step('table.sql', { query: `SELECT k, none FROM input WHERE ${where} ORDER BY k` }))
    expect(await found('none > 5 OR k = 1')).toEqual([{ k: 1, none: null }])
    expect(await found("none = 'x' OR coalesce(none, k) = 2")).toEqual([{ k: 2, none: null }])
    expect(await found('k IN (SELECT none FROM input)')).toEqual([])
    expect(await found('none IS NULL AND k < 2')).toEqual([{ k: 1, none: null }])
  })

  test.each([
    ['SELECT b FROM input UNION ALL SELECT n FROM other', /round to one type/],
    ['SELECT b FROM input WHERE b IN (SELECT n FROM other)', /round to one type/],
    ['SELECT 1 AS x FROM (SELECT b AS n FROM input) JOIN other USING (n)', /round to one type/],
  ])('numbers that SQL would round are refused: %s', async (query, reason) => {
    await expect(ask(query)).rejects.toThrow(reason)
  })

  test.each([
    ["SELECT k FROM input WHERE k < '1.4' AND k IN (SELECT k FROM whole)", [{ k: 1 }]],
    ["WITH w AS (SELECT k FROM input WHERE k = '1.4') SELECT count(*) AS n FROM w", [{ n: 0 }]],
    ['SELECT k FROM input WHERE EXISTS (SELECT 1 FROM whole w WHERE w.k = input.k)', [{ k: 1 }]],
    [
      'WITH x AS (SELECT b FROM input), y AS (SELECT d FROM input) SELECT count(*) AS n FROM x JOIN y ON b = d',
      [{ n: 2 }],
    ],
    [
      'WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 3) SELECT n FROM r ORDER BY n',
      [{ n: 1 }, { n: 2 }, { n: 3 }],
    ],
    ['SELECT k FROM input WHERE len(list_filter([1, 2], lambda x: x > k)) = 1', [{ k: 1 }]],
    [
      'SELECT t, k FROM whole UNION ALL SELECT k, n::BIGINT FROM other ORDER BY 1',
      [
        { t: '1', k: 1 },
        { t: '1.4', k: 2 },
      ],
    ],
  ])('%s', async (query, expected) => {
    expect(await ask(query)).toEqual(expected)
  })
})

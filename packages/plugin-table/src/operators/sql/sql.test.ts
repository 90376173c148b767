import { columnNames, rowFromEntries } from '@maestro-dataflow/core'
import { describe, expect, test } from 'vitest'
import { tableProject } from '../../__fixtures__/table-project.js'
import { prepareSql } from './prepare-sql.js'

const { fromLines, fromRows, fromUnknown, resultOf, rowsOf } = tableProject()
const shops = [
  { id: 1, 城市: 'Oslo', stars: 5 },
  { id: 2, 城市: 'Bergen', stars: 3 },
  { id: 3, 城市: 'Oslo', stars: 4 },
]
const cities = [
  { 城市: 'Oslo', people: 700_000 },
  { 城市: 'Bergen', people: 290_000 },
]
const query = (text: string, options = {}) => fromRows(shops).step('table.sql', { query: text, ...options } as never)

describe('table.sql', () => {
  test('a query over no rows, of which nobody knows the columns, has no rows', async () => {
    const none = fromUnknown(shops)
      .filter(() => false)
      .step('table.sql', { query: 'SELECT 城市 FROM input' })
    expect(await rowsOf(none)).toEqual([])
    const counted = fromUnknown(shops)
      .filter(() => false)
      .step('table.sql', { query: 'SELECT count(*) AS n FROM input' })
    expect(await rowsOf(counted)).toEqual([{ n: 0 }])
  })

  test('an object that looks like a tag of a step file stays an object', async () => {
    const rows = [{ d: { $date: '2026-01-02T00:00:00.000Z' } }, { d: { $date: null } }, { d: [{ $number: 'NaN' }] }]
    expect(await rowsOf(fromUnknown(rows).step('table.sql', { query: 'SELECT d FROM input' }))).toEqual(rows)
    const all = fromUnknown(rows).step('table.aggregate', { values: { first: 'first(d)', all: 'list(d)' } })
    expect(await rowsOf(all)).toEqual([{ first: rows[0]?.d, all: rows.map(({ d }) => d) }])
  })

  test('a struct and a map keep numbers that JSON lacks', async () => {
    const made = query(
      "SELECT {'a': 'NaN'::DOUBLE, 'b': '-Infinity'::DOUBLE, 'c': 'NaN'} AS s, map {'x': [1.5]} AS m FROM input LIMIT 1",
    )
    expect(await rowsOf(made)).toEqual([
      { s: { a: Number.NaN, b: Number.NEGATIVE_INFINITY, c: 'NaN' }, m: { x: [1.5] } },
    ])
  })

  test('a query sees the rows and further tables, and its rows are new', async () => {
    const joined = `SELECT 城市, count(*) AS n, avg(stars) AS mean, any_value(people) AS people
      FROM input JOIN cities USING (城市) GROUP BY 城市 ORDER BY n DESC -- done`
    const options = { query: joined, tables: { cities } }
    const expected = [
      { 城市: 'Oslo', n: 2, mean: 4.5, people: 700_000 },
      { 城市: 'Bergen', n: 1, mean: 3, people: 290_000 },
    ]
    expect(await rowsOf(fromRows(shops).step('table.sql', options))).toEqual(expected)
    expect(await rowsOf(fromUnknown(shops).step('table.sql', options))).toEqual(expected)
  })

  test('values of every type go in and come out as they are', async () => {
    const row = {
      text: 'a\0b"\'',
      n: 1.5,
      int: 7,
      big: 2n ** 70n,
      day: new Date('2026-02-03T04:05:06.789Z'),
      yes: true,
      none: null,
      list: [1, 'x', { 键: null }],
      'a"b': '换行\n',
    }
    expect(await rowsOf(fromUnknown([row]).step('table.sql', { query: 'SELECT * FROM input' }))).toEqual([row])
    const nan = fromUnknown([{ n: Number.NaN }, { n: 1 }]).step('table.sql', { query: 'SELECT n FROM input' })
    expect(await rowsOf(nan)).toEqual([{ n: Number.NaN }, { n: 1 }])
  })

  test('rows that SQL cannot hold are rejected, and the query sees the others', async () => {
    const rows = [{ v: 'a' }, { v: '\ud800' }]
    const { rows: found, rejects } = await resultOf(
      fromUnknown(rows).step('table.sql', { query: 'SELECT count(*) AS n FROM input' }),
    )
    expect(found).toEqual([{ n: 1 }])
    expect(rejects).toMatchObject([{ id: 'rows:2' }])
  })

  test('faults are found before any row is read', async () => {
    await expect(rowsOf(query('SELECT town FROM input'))).rejects.toThrow(/town/)
    await expect(rowsOf(query('SELECT * FROM shops'))).rejects.toThrow(/no table shops; there are input/)
    await expect(rowsOf(query('SELEC 1'))).rejects.toThrow(/syntax error/)
    await expect(rowsOf(query('SELECT 1 AS a, 2 AS a'))).rejects.toThrow(/two columns "a"/)
    await expect(rowsOf(query('SELECT 1', { tables: { Input: [] } }))).rejects.toThrow(/two tables "input"/)
  })

  test.each([
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT content FROM read_text('/etc/passwd')",
    "SELECT * FROM glob('/*')",
    "COPY input TO '/tmp/out.csv'",
    "COPY (SELECT 1) TO '/tmp/out.csv'",
    "ATTACH '/tmp/a.db'",
    'INSTALL httpfs',
    'LOAD httpfs',
    'PRAGMA database_list',
    "SET memory_limit = '99GB'",
    "SELECT current_setting('memory_limit')",
    "SELECT getenv('HOME')",
    'SELECT 1; SELECT 2',
    'SELECT 1; DROP TABLE input',
    'DROP TABLE input',
    'INSERT INTO input VALUES (1)',
    'CREATE TABLE x AS SELECT 1',
    'SELECT * FROM duckdb_settings()',
    'SELECT * FROM duckdb_settings',
    'SELECT * FROM information_schema.tables',
    'SELECT * FROM memory.main.input',
    'DESCRIBE input',
    'SUMMARIZE input',
    'SELECT * FROM (DESCRIBE input)',
    "SELECT * FROM query('SELECT 1')",
    "SELECT * FROM json_execute_serialized_sql('{}')",
    'CALL pragma_version()',
    'EXPLAIN ANALYZE SELECT 1',
    // The name of a query within is that of a table of the database outside of it.
    'SELECT (WITH sqlite_master AS (SELECT 1 AS n) SELECT n FROM sqlite_master) AS n, sql FROM sqlite_master',
    'SELECT sql FROM duckdb_views, (WITH duckdb_views AS (SELECT 1 AS n) SELECT n FROM duckdb_views)',
  ])('%s is refused', async (text) => {
    await expect(rowsOf(query(text))).rejects.toMatchObject({ code: 'MAESTRO_PIPELINE_INVALID' })
  })

  test('a query that never ends is stopped, and so is one that returns too much', async () => {
    const endless = 'WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT n FROM r'
    await expect(rowsOf(query(endless, { timeout: '1s' }))).rejects.toMatchObject({ code: 'MAESTRO_TABLE_SQL_TIME' })
    const large = 'SELECT a.range FROM range(100000) a, range(100000) b'
    await expect(rowsOf(query(large, { maxRows: 10_000 }))).rejects.toMatchObject({ code: 'MAESTRO_TABLE_SQL_SIZE' })
    const long = "SELECT repeat('x', 2000000000) AS x FROM input"
    await expect(rowsOf(query(long))).rejects.toThrow(/more than 1000000/)
  })

  test('a query may use more rows than its memory holds', async () => {
    const sorted =
      'SELECT max(b) AS most FROM (SELECT repeat(chr(65 + range::INTEGER % 26), 400) || range AS b FROM range(300000) ORDER BY b LIMIT 299999)'
    const [row] = await rowsOf(query(sorted, { memory: '64MiB' }))
    expect(String(row?.most).slice(0, 3)).toBe('ZZZ')
  })

  test('an empty table has its columns', async () => {
    const options = { query: 'SELECT count(*) AS n, count(people) AS m FROM cities', tables: { cities: [] } }
    await expect(rowsOf(fromRows(shops).step('table.sql', options))).rejects.toThrow(/people/)
    expect(await rowsOf(query('SELECT count(*) AS n FROM none', { tables: { none: [] } }))).toEqual([{ n: 0 }])
  })

  test('columns that are called like whole numbers keep their places, also for the plan', async () => {
    const line = '{"country":"A","2021":1,"2020":2,"name":"n"}'
    const years = fromLines([line]).step('table.limit', { count: 1 })
    const prepared = (text: string) => prepareSql(text, new Map([['input', given]]))
    const given = {
      columns: rowFromEntries([
        ['country', 'string'],
        ['2021', 'integer'],
        ['2020', 'integer'],
      ] as const),
      open: false,
    }
    const planned = await prepared('SELECT * FROM input')
    expect('columns' in planned && columnNames(planned.columns.columns)).toEqual(['country', '2021', '2020'])
    const chosen = years.step('table.sql', { query: 'SELECT name, "2021", country, 1 AS "0" FROM input' })
    expect((await rowsOf(chosen)).map(columnNames)).toEqual([['name', '2021', 'country', '0']])
    expect((await rowsOf(years.step('table.sql', { query: 'SELECT * FROM input' }))).map(columnNames)).toEqual([
      ['country', '2021', '2020', 'name'],
    ])
  })

  test.each([
    'SELECT max(v) AS v FROM input',
    'SELECT v FROM input ORDER BY v',
    'SELECT v FROM input AS i WHERE i.v > 5',
    'SELECT v FROM (SELECT * FROM input) WHERE v BETWEEN 1 AND 500',
    'SELECT v, row_number() OVER (ORDER BY v) AS n FROM input',
    "SELECT string_agg('x', ',' ORDER BY V) AS s FROM input",
  ])('values of several types are not put in the order of their texts: %s', async (text) => {
    const rows = [{ v: 100 }, { v: '9' }, { v: 9 }, { v: [1] }]
    await expect(rowsOf(fromUnknown(rows).step('table.sql', { query: text }))).rejects.toThrow(
      /order of the values of "v"/,
    )
    const cast = 'SELECT max(try_cast(v AS DOUBLE)) AS v, count(DISTINCT v) AS n FROM input WHERE v IS NOT NULL'
    expect(await rowsOf(fromUnknown(rows).step('table.sql', { query: cast }))).toEqual([{ v: 100, n: 4 }])
    expect(await rowsOf(fromUnknown([{ v: 100 }, { v: 9.5 }]).step('table.sql', { query: text }))).not.toEqual([])
  })

  test('a query that fails says what to do: quotes around a word of SQL, or a cast', async () => {
    const hints = async (text: string) => {
      const error = await rowsOf(query(text)).catch((caught) => caught)
      return error.details?.errors?.[0]?.hint ?? error.hint
    }
    expect(await hints('SELECT order FROM input')).toContain('double quotes')
    expect(await hints('SELECT sum(id + 170141183460469231731687303715884105720) AS s FROM input')).toContain('bignum')
  })
})

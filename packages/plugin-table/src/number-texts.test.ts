import { describe, expect, test } from 'vitest'
import { tableProject } from './__fixtures__/table-project.js'

// A number becomes the same text for any column type, any order of steps, and any other rows.

const { fromLines, fromRows, fromUnknown, rowsOf } = tableProject()

const rows = [
  { x: 7919, y: 0.5 },
  { x: 1, y: 2 },
  { x: -3, y: 1e21 },
  { x: 0, y: 1e-7 },
  { x: 9007199254740991, y: 123456.789e12 },
]
const lines = rows.map((row) => JSON.stringify(row))
const starts = {
  'lines of text': () => fromLines(lines),
  'numbers of lines': () => fromLines(lines, { x: 'number', y: 'number' }),
  'integers of lines': () => fromLines(lines, { x: 'integer', y: 'number' }),
  'rows in code': () => fromRows(rows),
  'rows of which the plan knows nothing': () => fromUnknown(rows),
  'a table step': () =>
    fromLines(lines).step('table.filter', { where: 'true' } as never) as ReturnType<typeof fromLines>,
  'another column type': () => fromUnknown(rows.map((row) => ({ ...row, x: BigInt(row.x) }))),
}
const texts = rows.map(({ x }) => String(x))

describe.each(Object.entries(starts))('%s', (_, start) => {
  test('in an aggregate', async () => {
    const values = {
      cast: "string_agg(x::varchar, ',')",
      tried: 'list(try_cast(x as text))',
      joined: "string_agg(x || ':' || y, ',')",
      given: "string_agg(x, ',')",
      concatenated: "concat(count(*), '/', max(x), '/', avg(x * 0 + 1.5), concat_ws('-', min(x), 1))",
      listed: 'list(x)::varchar',
      scaled: "string_agg((x * 1.0)::varchar, ',') filter (x < 9000)",
      formatted: "list(format('{1}{{}}{0:>6}', x, y))",
      printed: "list(printf('%s %% %s', x, y))",
      rounded: "list(format('{:.1f}', least(y::double, 2.25)))",
    }
    expect(await rowsOf(start().step('table.aggregate', { values } as never))).toEqual([
      {
        cast: texts.join(),
        tried: texts,
        joined: rows.map(({ x, y }) => `${x}:${y}`).join(),
        given: texts.join(),
        concatenated: '5/9007199254740991/1.5-3-1',
        listed: `[${texts.join(', ')}]`,
        scaled: texts.slice(0, -1).join(),
        formatted: rows.map(({ x, y }) => `${y}{}${String(x).padStart(6)}`),
        printed: rows.map(({ x, y }) => `${x} % ${y}`),
        rounded: ['0.5', '2.0', '2.2', '0.0', '2.2'],
      },
    ])
  })

  test('in a filter, with parameters', async () => {
    const where = "x::varchar = $x or (x + $more)::varchar in ('2', '-2') or x || '' = '0'"
    const kept = await rowsOf(start().step('table.filter', { where, params: { x: '7919', more: 1 } } as never))
    expect(kept.map(({ x }) => Number(x))).toEqual([7919, 1, -3, 0])
  })
})

test('format and printf keep all digits of large whole numbers, and show dates as SQL does', async () => {
  const rows = [{ n: 10n ** 45n + 7n, day: new Date('2026-01-02T03:04:05Z') }]
  const values = { n: "list(format('{}', n))", printed: "list(printf('%s', n))", day: "list(format('{}', day))" }
  const digits = String(10n ** 45n + 7n)
  for (const start of [fromRows(rows), fromUnknown(rows)])
    expect(await rowsOf(start.step('table.aggregate', { values } as never))).toEqual([
      { n: [digits], printed: [digits], day: ['2026-01-02 03:04:05'] },
    ])
})

test('a column of unknown type may be text to one expression and a number to the next', async () => {
  const values = { text: "string_agg(x::varchar, ',')", sum: 'sum(x)', long: 'max(length(y))' }
  const [row] = await rowsOf(
    fromLines(['{"x":2,"y":"a"}', '{"x":4,"y":"ab"}']).step('table.aggregate', { values } as never),
  )
  expect(row).toEqual({ text: '2,4', sum: 6, long: 2 })
  const none = await rowsOf(fromLines(['{"z":2}']).step('table.aggregate', { values } as never))
  expect(none).toEqual([{ text: null, sum: null, long: null }])
})

test('values of several types, and those within a value, have one text', async () => {
  const given = ['{"v":2.0,"d":{"x":5.0,"y":[1E2, -0.0]}}', '{"v":"a","d":{"x":1e21,"y":[]}}', '{"v":true,"d":[1.50]}']
  const values = {
    all: "string_agg(v::varchar, ',')",
    d: 'list(d::varchar)',
    x: "list(d->>'x')",
    y: "list(d->>'$.y[0]')",
  }
  const expected = {
    all: '2,"a",true',
    d: ['{"x":5,"y":[100,-0.0]}', '{"x":1e+21,"y":[]}', '[1.5]'],
    x: ['5', '1e21', null],
    y: ['100', null, null],
  }
  const before = [
    fromLines(given),
    fromLines(given, { v: 'unknown', d: 'json' }),
    fromUnknown(given.map((line) => JSON.parse(line))),
  ]
  for (const start of before) {
    expect(await rowsOf(start.step('table.aggregate', { values } as never))).toEqual([expected])
    const after = start.step('table.limit', { count: 9 } as never).step('table.aggregate', { values } as never)
    expect(await rowsOf(after)).toEqual([expected])
  }
})

import { describe, expect, test } from 'vitest'
import { tableProject } from './__fixtures__/table-project.js'

// An invalid line affects no other line, and has the same meaning whichever step comes first.

const { fromLines, fromRows, fromUnknown, linesOf, resultOf, rowsOf } = tableProject()

const steps = {
  filter: ['table.filter', { where: 'a > 0' }],
  'two filters': ['table.filter', { where: 'a > 0 and a < 9' }],
  sort: ['table.sort', { by: 'a' }],
  dedupe: ['table.dedupe', {}],
  'dedupe by a column': ['table.dedupe', { by: ['a'] }],
  limit: ['table.limit', { count: 100 }],
} as const

describe.each(Object.entries(steps))('%s', (_, [use, options]) => {
  test.each([undefined, { a: 'integer', d: 'json' }] as const)(
    'a line that only DuckDB takes for JSON is rejected: columns %j',
    async (columns) => {
      const deep = `${'[ '.repeat(5000)}${']'.repeat(5000)}`
      const wrong = [
        'NaN',
        '[-Infinity]',
        '[1,]',
        '{"x":1, }',
        '[1,  ]',
        '{"x":[2\t,\t\t]}',
        '[1,{"x":[],}]',
        '[ nan]',
        'inf',
        deep,
      ]
      const given = ['{"a":1,"d":"NaN, Infinity,}"}', ...wrong.map((d) => `{"a":2,"d":${d}}`), '{"a":3,"d":[",]"]}']
      const { lines, rejects } = await linesOf(fromLines(given, columns).step(use, options as never))
      expect(lines).toEqual([given[0], given.at(-1)])
      expect(rejects.map(({ id }) => id)).toEqual(wrong.map((_, index) => `in.jsonl:${index + 2}`))
    },
  )

  test.each([undefined, { a: 'integer' }, { a: 'integer', d: 'string' }] as const)(
    'a comma before the end of a row, and an odd number in a column that is not declared: columns %j',
    async (columns) => {
      const wrong = [
        '{"a":1,"d":null,}',
        '{"a":1,"d":"x",  }',
        '{"a":1,"d":"x",\t} ',
        '{"a":null,"d":nan}',
        '{"e":inf}',
      ]
      const given = ['{"a":5}', ...wrong]
      const { lines, rejects } = await linesOf(fromLines(given, columns).step(use, options as never))
      expect(lines).toEqual(['{"a":5}'])
      expect(rejects).toHaveLength(wrong.length)
    },
  )

  test('a number that is too large for a number is rejected, whether its column is declared or not', async () => {
    const given = ['{"a":1,"n":1e308}', '{"a":2,"n":1e400}', '{"a":3,"n":-1E+999,"x":null}', '{"a":4,"n":1e-400}']
    for (const columns of [undefined, { a: 'integer', n: 'number', x: 'string' }] as const) {
      const { lines, rejects } = await linesOf(fromLines(given, columns).step(use, options as never))
      expect(lines).toEqual([given[0], given[3]])
      expect(rejects).toHaveLength(2)
    }
  })

  test('a number that is none is rejected in any spelling', async () => {
    const wrong = ['nan', '-inf', 'Inf', 'iNfInItY', '-nan']
    const given = ['{"a":1}', ...wrong.map((a) => `{"a":${a}}`), '{"a":2}']
    for (const columns of [undefined, { a: 'number' }] as const) {
      const { lines, rejects } = await linesOf(fromLines(given, columns).step(use, options as never))
      expect(lines).toEqual([given[0], given.at(-1)])
      expect(rejects).toHaveLength(wrong.length)
    }
  })
})

test('a line that is longer than the buffers of the engine is a row like others', async () => {
  const long = 'x'.repeat(35 << 20)
  const given = ['{"a":2,"t":"p"}', `{"a":1,"t":"${long}"}`, '{"a":3,"t":"q"}']
  const short = await linesOf(fromLines(given).step('table.filter', { where: 'length(t) < 9' } as never))
  expect(short).toEqual({ lines: [given[0], given[2]], rejects: [] })
  const sorted = await linesOf(fromLines(given).step('table.sort', { by: 'a' } as never))
  expect(sorted.lines.map((line) => line.length)).toEqual([1, 0, 2].map((index) => given[index]?.length))
}, 120_000)

describe('a key that stands twice: the last value counts', () => {
  const names = ['n', 'a_b', '漢字', 'x/y', 'q"q', '%', 'id', 'row', 'text', '']
  const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`

  test.each(names)('in the column %j', async (name) => {
    const key = JSON.stringify(name)
    const escaped = `"${Array.from(name, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')}"`
    const given = [`{${key}:9,${key}:1}`, `{${key}:1, "other":[${key}], ${key} : 9}`, `{${escaped}:1,${key}:9}`]
    const all = given.map((line) => JSON.parse(line))
    const expected = [all[1], all[2]]
    if (name === '')
      return expect(await rowsOf(fromLines(given).step('table.sort', { by: name } as never))).toHaveLength(3)
    for (const columns of [undefined, { [name]: 'integer', other: 'json' }] as const) {
      const start = () => fromLines(given, columns)
      const where = `${quoted(name)} = 9`
      expect(await rowsOf(start().step('table.filter', { where } as never))).toEqual(expected)
      const after = start()
        .step('table.limit', { count: 9 } as never)
        .step('table.filter', { where } as never)
      expect(await rowsOf(after)).toEqual(expected)
      expect((await rowsOf(start().step('table.sort', { by: name } as never)))[0]).toEqual(all[0])
      const deduped = start().step('table.dedupe', { by: [name] } as never)
      expect(await rowsOf(deduped)).toEqual([all[0], all[1]])
      const grouped = start().step('table.aggregate', { by: [name], values: { n_: 'count(*)' } } as never)
      expect(await rowsOf(grouped)).toEqual([
        { [name]: 1, n_: 1 },
        { [name]: 9, n_: 2 },
      ])
    }
  })

  test('its type is the one that is checked, among many columns too', async () => {
    const columns = { a: 'integer', b: 'string', c: 'boolean', d: 'number', e: 'string' } as const
    const rest = '"b":"x","c":true,"d":0.5,"e":"y: \\"z\\": 1"'
    const given = [
      `{"a":"x",${rest},"a":1}`,
      `{"a":1,${rest},"a":"x"}`,
      `{"a":2,${rest}}`,
      `{"a":3,"b":null,"e":"", "a":4}`,
    ]
    const { lines, rejects } = await linesOf(
      fromLines(given, columns).step('table.filter', { where: 'a <> 3' } as never),
    )
    expect(lines).toEqual([given[0], given[2], given[3]])
    expect(rejects.map(({ id }) => id)).toEqual(['in.jsonl:2'])
  })

  test('within a nested value', async () => {
    const given = ['{"d":{"x":1,"y":[{"x":1,"x":2}],"x":3}}', '{"d":{"x":3,"x":1,"y":[{"x":2}]}}']
    for (const columns of [undefined, { d: 'json' }] as const) {
      const start = () => fromLines(given, columns)
      const where = "(d->>'x')::int = 3"
      expect((await linesOf(start().step('table.filter', { where } as never))).lines).toEqual([given[0]])
      const inner = "(d->>'$.y[0].x')::int = 2"
      expect((await linesOf(start().step('table.filter', { where: inner } as never))).lines).toEqual(given)
      const after = start()
        .step('table.limit', { count: 9 } as never)
        .step('table.filter', { where } as never)
      expect(await rowsOf(after)).toEqual([JSON.parse(given[0] ?? '')])
    }
  })
})

describe('an expression that gives another result each time rejects the rows that it cannot be computed for, alone', () => {
  const rows = Array.from({ length: 300 }, (_, index) => ({ n: index, d: index % 100 === 7 ? 'soon' : '2026-01-02' }))
  const where = "random() >= 0 and cast(d as date) > date '2026-01-01' and n % 2 = 1"
  const kept = rows.filter(({ n, d }) => n % 2 === 1 && d !== 'soon')
  const soon = Array.from({ length: 3 }, () => expect.stringContaining('soon'))

  test.each([
    ['rows in code', fromRows],
    ['rows of which the plan knows nothing', fromUnknown],
  ])('%s', async (_, from) => {
    const found = await resultOf(from(rows).step('table.filter', { where } as never))
    expect(found.rows).toEqual(kept)
    expect(found.rejects.map(({ message }) => message)).toEqual(soon)
  })

  test('lines of text', async () => {
    const start = fromLines(rows.map((row) => JSON.stringify(row)))
    const { lines, rejects } = await linesOf(start.step('table.filter', { where } as never))
    expect(lines).toEqual(kept.map((row) => JSON.stringify(row)))
    expect(rejects.map(({ message }) => message)).toEqual(soon)
  })
})

test('a large number in a column of numbers is a number for the next step, whichever step comes first', async () => {
  const given = ['{"n":100000000000000000000,"a":3}', '{"n":9007199254740994,"a":2}', '{"n":1.5,"a":1}']
  const start = () => fromLines(given, { n: 'number', a: 'integer' })
  const expected = given.map((line) => JSON.parse(line))
  for (const [use, options] of Object.values(steps)) {
    if (use === 'table.filter') continue
    const by = use === 'table.sort' ? { by: 'a', descending: true } : options
    expect(await rowsOf(start().step(use, by as never))).toEqual(expected)
  }
  expect(await rowsOf(start().step('table.filter', { where: 'a > 0' } as never))).toEqual(expected)
  const { lines } = await linesOf(start().step('table.sort', { by: 'a', descending: true } as never))
  expect(lines).toEqual(given)
})

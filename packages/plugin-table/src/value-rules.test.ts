import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline, type Row } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { jsonLines } from './__fixtures__/json-lines.js'
import { tableErrors } from './errors.js'
import table from './index.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'maestro-values-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const project = () => maestro({ plugins: [table, jsonLines(folder)], directory: folder, logLevel: 'silent' })
const fromRows = (rows: readonly Row[]) => pipeline('p').from(rows)
/** Rows of which the plan knows no columns. */
const fromUnknown = (rows: readonly Row[]) => fromRows(rows).map((row) => ({ ...row }) as Row)
const fromText = (lines: readonly string[], columns?: Record<string, 'number' | 'integer' | 'string' | 'boolean'>) => {
  writeFileSync(join(folder, 'in.jsonl'), `${lines.join('\n')}\n`)
  return pipeline('p').read('test.lines', { paths: ['in.jsonl'], ...(columns === undefined ? {} : { columns }) })
}
type Built = ReturnType<typeof fromUnknown>
const rowsOf = async (built: { definition: unknown }) => Array.fromAsync(project().rows(built as Built))
const column = async (built: { definition: unknown }, name: string) => (await rowsOf(built)).map((row) => row[name])

describe('numbers', () => {
  const numbers = [10n, -3n, 1n, 100n, 9n, 2n, 11n, 5n, 9007199254740993n, 9007199254740992n, 10n ** 40n, -(10n ** 40n)]
  const sorted = numbers.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0))

  test.each([
    ['rows in code', () => fromRows(numbers.map((n) => ({ n })))],
    ['rows of which the plan knows nothing', () => fromUnknown(numbers.map((n) => ({ n })))],
    ['lines of text', () => fromText(numbers.map((n) => `{"n":${n}}`))],
  ])('big integers sort as numbers: %s', async (_, from) => {
    const found = await column((from() as Built).step('table.sort', { by: 'n' }), 'n')
    expect(found.map((n) => BigInt(n as number))).toEqual(sorted)
    const top = (from() as Built).step('table.sort', { by: 'n', descending: true }).step('table.limit', { count: 2 })
    expect((await column(top, 'n')).map((n) => BigInt(n as number))).toEqual(sorted.toReversed().slice(0, 2))
  })

  test('equal numbers are one key, however they are written', async () => {
    const lines = ['5', '5.0', '5e0', '100', '1e2', '-0.0', '0', '9007199254740993', '9007199254740992', '1e40'].map(
      (n) => `{"n":${n}}`,
    )
    const kept = ['5', '100', '-0.0', '9007199254740993', '9007199254740992', '1e40']
    await project().run(
      fromText(lines)
        .step('table.dedupe', { by: ['n'] })
        .write('test.lines', { path: 'out.jsonl' }),
    )
    expect(readFileSync(join(folder, 'out.jsonl'), 'utf8')).toBe(kept.map((n) => `{"n":${n}}\n`).join(''))
    const grouped = fromText(lines).step('table.aggregate', { by: ['n'], values: { rows: 'count(*)' } })
    expect(await column(grouped, 'rows')).toEqual([3, 2, 2, 1, 1, 1])
  })

  test('the maximum of an undeclared column is that of its numbers', async () => {
    const largest = (from: Built) => rowsOf(from.step('table.aggregate', { values: { max: 'max(v)' } }))
    expect(await largest(fromText(['{"v":10}', '{"v":9}', '{"v":2}']) as unknown as Built)).toEqual([{ max: 10 }])
    expect(await largest(fromUnknown([{ v: 10n ** 20n }, { v: 9n }]))).toEqual([{ max: 10n ** 20n }])
  })

  test('NaN is equal to itself and last, in either direction', async () => {
    const rows = [Number.NaN, 1, Number.POSITIVE_INFINITY, Number.NaN, null, Number.NEGATIVE_INFINITY].map((n) => ({
      n,
    }))
    for (const from of [fromRows, fromUnknown]) {
      const sort = (descending: boolean) =>
        column((from(rows) as Built).step('table.sort', { by: 'n', descending }), 'n')
      expect(await sort(false)).toEqual([
        Number.NEGATIVE_INFINITY,
        1,
        Number.POSITIVE_INFINITY,
        Number.NaN,
        Number.NaN,
        null,
      ])
      expect(await sort(true)).toEqual([
        Number.POSITIVE_INFINITY,
        1,
        Number.NEGATIVE_INFINITY,
        Number.NaN,
        Number.NaN,
        null,
      ])
      expect(await column((from(rows) as Built).step('table.dedupe', { by: ['n'] }), 'n')).toEqual([
        Number.NaN,
        1,
        Number.POSITIVE_INFINITY,
        null,
        Number.NEGATIVE_INFINITY,
      ])
    }
  })
})

describe('expressions compute with values, not with their tags', () => {
  const ts = ['2022-05-01T00:00:00.000Z', '2023-01-06T12:00:00.000Z', '2024-01-01T00:00:00.000Z'].map(
    (day) => new Date(day),
  )
  const rows = ts.map((day, index) => ({
    ts: day,
    b: BigInt(index + 8),
    bytes: new Uint8Array([index]),
    vector: new Float32Array([index, 1]),
  }))

  test('dates', async () => {
    expect(await column(fromUnknown(rows).step('table.filter', { where: "ts >= '2023-01-06'" }), 'ts')).toEqual(
      ts.slice(1),
    )
    expect(
      await rowsOf(fromUnknown(rows).step('table.aggregate', { values: { last: 'max(ts)', all: 'list(ts)' } })),
    ).toEqual([{ last: ts[2], all: ts }])
  })

  test('big integers', async () => {
    expect(await column(fromUnknown(rows).step('table.filter', { where: 'b = $x', params: { x: 9 } }), 'b')).toEqual([
      9n,
    ])
    expect(await column(fromUnknown(rows).step('table.filter', { where: 'b::bigint = 9' }), 'b')).toEqual([9n])
  })

  test('bytes and vectors', async () => {
    expect(await column(fromUnknown(rows).step('table.filter', { where: "bytes = '\\x01'::blob" }), 'b')).toEqual([9n])
    expect(await column(fromUnknown(rows).step('table.filter', { where: 'vector[1] = 2' }), 'b')).toEqual([10n])
    expect(
      await rowsOf(fromUnknown(rows).step('table.aggregate', { values: { v: 'first(vector)', b: 'last(bytes)' } })),
    ).toEqual([{ v: new Float32Array([0, 1]), b: new Uint8Array([2]) }])
  })

  test('in a column of numbers and texts each row counts by its value, and only rows without a meaningful one are rejected', async () => {
    const mixed = [{ v: 10 }, { v: 'x' }, { v: 3 }, { v: new Date(0) }, { v: null }, { v: 10n ** 20n }]
    const report = await project().preview(fromUnknown(mixed).step('table.filter', { where: 'v > 5' }), 10)
    expect(report.steps.at(-1)?.rows.map(({ row }) => row)).toEqual([{ v: 10 }, { v: 10n ** 20n }])
    expect(report.rejects.map(({ id }) => id).sort()).toEqual(['rows:2', 'rows:4'])
  })

  test('the order of a column of several types is refused where it is not known, not made up', async () => {
    const mixed = fromUnknown([{ v: 10 }, { v: '9' }]).step('table.aggregate', { values: { max: 'sum(v)' } })
    await expect(rowsOf(mixed)).rejects.toMatchObject({
      code: 'MAESTRO_TABLE_EXPRESSION',
      message: expect.stringContaining('several types in "v"'),
    })
  })
})

describe('declared types hold, whichever step comes first', () => {
  test.each([
    ['integer', ['"5"', 'true', '1.5', '9007199254740993', '1e300'], ['5', '5.0', '5e0', 'null']],
    [
      'number',
      ['"5"', 'true', '9007199254740993', '{}'],
      ['5', '0.1', '10000000000000000000000', '1e300', '0.30000000000000004'],
    ],
    ['boolean', ['"false"', '0', '"x"'], ['true', 'false', 'null']],
    ['string', ['12', 'true', '["a"]', '{"a":1}'], ['"12"', '""', '"\\u00e9"']],
  ] as const)('%s', async (type, wrong, right) => {
    const lines = [...wrong, ...right].map((value, index) => `{"id":${index},"v":${value}}`)
    for (const step of [
      { use: 'table.filter', options: { where: 'id >= 0' } },
      { use: 'table.sort', options: { by: 'id' } },
      { use: 'table.dedupe', options: {} },
    ] as const) {
      const built = fromText(lines, { id: 'integer', v: type })
      const done = await project().run(
        (built as unknown as Built).step(step.use, step.options as never).write('test.lines', { path: 'out.jsonl' }),
        { overwrite: true },
      )
      expect(readFileSync(join(folder, 'out.jsonl'), 'utf8').trim().split('\n')).toEqual(lines.slice(wrong.length))
      expect(done.counts.rejected).toBe(wrong.length)
    }
  })
})

describe('order within a group', () => {
  test('is that of the input, at any size and with any number of threads', async () => {
    const count = 300_000
    const lines = Array.from({ length: count }, (_, index) => `{"g":${index % 3},"x":${index},"f":0.${index}}`)
    const built = fromText(lines).step('table.aggregate', {
      by: ['g'],
      values: {
        list: 'list(x)',
        first: 'first(x)',
        last: 'last(x)',
        text: "string_agg(x::varchar, ',')",
        sum: 'sum(f)',
      },
    })
    for (const row of await rowsOf(built as unknown as Built)) {
      const expected = Array.from({ length: count / 3 }, (_, index) => index * 3 + Number(row.g))
      expect(row.first).toBe(expected[0])
      expect(row.last).toBe(expected.at(-1))
      expect(row.list).toEqual(expected)
      expect(row.text).toBe(expected.join(','))
      expect(row.sum).toBe(expected.reduce((sum, index) => sum + Number(`0.${index}`), 0))
    }
  })
})

describe('keys', () => {
  test('whole rows are compared by their values: not by escapes, blanks or the order of their keys', async () => {
    const lines = [
      '{"a":"é","b":1}',
      '{ "a" : "\\u00e9", "b": 1.0 }',
      '{"b":1,"a":"é"}',
      '{"a":"é","b":1,"c":null}',
      '{"a":"é","b":2}',
      '{"b":[1,{"x":1,"y":2}]}',
      '{"b":[1.0,{"y":2,"x":1}]}',
    ]
    await project().run(fromText(lines).step('table.dedupe', {}).write('test.lines', { path: 'out.jsonl' }))
    expect(readFileSync(join(folder, 'out.jsonl'), 'utf8')).toBe(`${[lines[0], lines[4], lines[5]].join('\n')}\n`)
  })

  test('null, undefined and a column that is not there are one', async () => {
    const rows = [{ k: undefined, n: 1 }, { k: null, n: 2 }, { n: 3 }, { k: 'x', n: 4 }]
    expect(await column(fromUnknown(rows).step('table.dedupe', { by: ['k'] }), 'n')).toEqual([1, 4])
    const grouped = fromUnknown(rows).step('table.aggregate', { by: ['k'], values: { n: 'list(n)' } })
    expect(await rowsOf(grouped)).toEqual([
      { k: null, n: [1, 2, 3] },
      { k: 'x', n: [4] },
    ])
  })
})

describe('half a character', () => {
  const half = 'Great job😀'.slice(0, 10)
  const rows = [
    { t: 'b', n: 1 },
    { t: half, n: 2 },
    { t: 'a', n: 3 },
    { t: half, n: 4 },
    { t: '', n: 5 },
  ]

  test.each([
    ['rows', () => fromUnknown(rows)],
    ['lines of text', () => fromText(rows.map((row) => JSON.stringify(row)))],
  ])('ends no step, and its rows are kept: %s', async (_, from) => {
    const start = () => from() as Built
    expect(await rowsOf(start().step('table.filter', { where: 'n <> 3' }))).toEqual(rows.filter(({ n }) => n !== 3))
    expect(await rowsOf(start().step('table.filter', { where: "starts_with(t, 'Great')" }))).toEqual([rows[1], rows[3]])
    expect(await column(start().step('table.sort', { by: 't' }), 'n')).toEqual([5, 2, 4, 3, 1])
    expect(await column(start().step('table.dedupe', { by: ['t'] }), 'n')).toEqual([1, 2, 3, 5])
    const grouped = start().step('table.aggregate', { by: ['t'], values: { n: 'list(n)' } })
    expect(await rowsOf(grouped)).toEqual([
      { t: 'b', n: [1] },
      { t: half, n: [2, 4] },
      { t: 'a', n: [3] },
      { t: '', n: [5] },
    ])
  })

  test('lines keep their text', async () => {
    const lines = rows.map((row) => JSON.stringify(row))
    await project().run(fromText(lines).step('table.sort', { by: 'n' }).write('test.lines', { path: 'out.jsonl' }))
    expect(readFileSync(join(folder, 'out.jsonl'), 'utf8')).toBe(`${lines.join('\n')}\n`)
  })
})

describe('a value that an expression cannot take', () => {
  const wide = 10n ** 60n
  const numbers = [1n, wide, 2n, 3n]
  const where = 'n::hugeint % 2 = 1'

  test.each([
    ['rows in code', fromRows],
    ['rows of which the plan knows nothing', fromUnknown],
  ])('a whole number of more than 128 bits rejects its row alone: %s', async (_, from) => {
    const filter = (from(numbers.map((n) => ({ n }))) as Built).step('table.filter', { where })
    const preview = await project().preview(filter, 5)
    expect(preview.steps.at(-1)?.rows.map(({ row }) => row.n)).toEqual([1n, 3n])
    expect(preview.rejects.map(({ row }) => row)).toEqual([{ n: wide }])
  })

  test('a whole number of more than 128 bits rejects its row alone: lines of text', async () => {
    const filter = fromText(numbers.map((n) => `{"n":${n}}`)).step('table.filter', { where })
    const report = await project().run(filter.write('test.lines', { path: 'out.jsonl' }))
    expect(report.counts).toMatchObject({ rowsOut: 2, dropped: 1, rejected: 1 })
    expect(readFileSync(join(report.directory ?? '', 'rejects.jsonl'), 'utf8')).toContain(String(wide))
  })

  test('where SQL has a meaning for it, it is computed exactly', async () => {
    expect(
      await column(fromUnknown(numbers.map((n) => ({ n }))).step('table.filter', { where: 'n + 1 > 3' }), 'n'),
    ).toEqual([wide, 3n])
  })
})

describe('messages', () => {
  test.each([
    ['order > 1', '"order"'],
    ['at = 1 and n = 1', '"at"'],
  ])('a column that is a word of SQL is to be quoted: %s', async (where, quoted) => {
    const steps = fromRows([{ order: 1, at: 1, n: 1 }]).step('table.filter', { where })
    const error = await project()
      .preview(steps)
      .catch((caught) => caught)
    const messages = error.details?.errors?.map(({ message }: Error) => message) ?? []
    expect(messages).toEqual([expect.stringContaining(`in double quotes, ${quoted}`)])
    const mended = where.replace(/order|at(?= )/, (word) => `"${word}"`)
    expect(await rowsOf(fromRows([{ order: 2, at: 1, n: 1 }]).step('table.filter', { where: mended }))).toHaveLength(1)
  })

  test('the hint of a failure names its cause: memory, disk, or a value', () => {
    const hint = (reason: string) => tableErrors.MAESTRO_TABLE_FAILED.hint({ reason })
    expect(hint('Out of Memory Error: could not allocate block')).toContain('tableEngine.memory')
    expect(hint('IO Error: No space left on device')).toContain('tableEngine.memory')
    expect(hint("Conversion Error: Could not convert string 'x' to INT32")).toContain('try_cast')
  })
})

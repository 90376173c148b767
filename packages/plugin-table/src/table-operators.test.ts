import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Batch, pipeline, type Row } from '@maestro-dataflow/core'
import { MemoryStorage, maestro } from '@maestro-dataflow/core/runtime'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { jsonLines } from './__fixtures__/json-lines.js'
import table, {
  AggregateRowsOperator,
  CastColumnsOperator,
  DedupeRowsOperator,
  DropColumnsOperator,
  FilterRowsOperator,
  LimitRowsOperator,
  MapRowsOperator,
  RenameColumnsOperator,
  SampleRowsOperator,
  SelectColumnsOperator,
  SortRowsOperator,
} from './index.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'maestro-table-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const project = () => maestro({ plugins: [table, jsonLines(folder)], directory: folder, logLevel: 'silent' })
const write = (name: string, content: string | Buffer) => writeFileSync(join(folder, name), content)
const read = (name: string) => readFileSync(join(folder, name), 'utf8')
const rejectsOf = (directory: string | undefined) =>
  readFileSync(join(directory ?? '', 'rejects.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { id: string; code: string; message: string; row: unknown })

const odd = [
  '{"n":1e5,"id":"00123","x":1.0,"text":"a\\u4f60 \\/ 你好 🎉"}',
  '{ "n" : 3 , "id":"NA", "extra":null}',
  '{"n":-7,"id":"1e5","__proto__":{"a":1},"{{x}}":"{{n}}"}',
]

describe('lines pass through untouched', () => {
  test('filter keeps the text of each line: numbers, spaces, escapes, odd columns', async () => {
    write('in.jsonl', `${odd.join('\n')}\n`)
    const report = await project().run(
      pipeline('p')
        .read('test.lines', { paths: ['in.jsonl'], columns: { n: 'number' }, open: true })
        .step('table.filter', { where: 'n > 0' })
        .write('test.lines', { path: 'out.jsonl' }),
    )
    // The second line begins with a brace like the others, but differs in every other way.
    expect(read('out.jsonl')).toBe(`${odd[0]}\n${odd[1]}\n`)
    expect(report.counts).toMatchObject({ rowsIn: 3, rowsOut: 2, dropped: 1, rejected: 0 })
    expect(report.sinks).toMatchObject([{ rows: 2 }])
  })

  test('sort is stable, numbers sort as numbers without a declared type, missing values go last', async () => {
    write(
      'in.jsonl',
      '{"k":"a","n":10}\n{"k":"b","n":9}\n{"k":"c"}\n{"k":"d","n":9}\n{"k":"e","n":null}\n{"k":"f","n":"x"}\n',
    )
    const sorted = async (columns: Record<string, 'number'> | undefined, descending: boolean) => {
      await project().run(
        pipeline('p')
          .read('test.lines', { paths: ['in.jsonl'], ...(columns === undefined ? {} : { columns }) })
          .step('table.sort', { by: 'n', descending })
          .write('test.lines', { path: 'out.jsonl' }),
      )
      return [...read('out.jsonl').matchAll(/"k":"(.)"/g)].map(([, key]) => key).join('')
    }
    expect(await sorted(undefined, false)).toBe('bdafce')
    expect(await sorted(undefined, true)).toBe('fabdce')
  })

  test('several files keep their order; ids say file and line, blank lines counted', async () => {
    write('a.jsonl', '{"n":1}\n\n{"n":2}\n')
    write('empty.jsonl', '')
    write('b.jsonl', '{"n":3}\r\n{"n":4}')
    const preview = maestro({ plugins: [table, jsonLines(folder)], directory: folder })
    const rows: string[] = []
    await preview.runTo(
      pipeline('p')
        .read('test.lines', { paths: ['a.jsonl', 'empty.jsonl', 'b.jsonl'], columns: { n: 'integer' } })
        .step('table.filter', { where: 'n <> 3' }),
      { write: ({ ids, rows: given }: Batch) => void rows.push(...ids.map((id, i) => `${id}=${given[i]?.n}`)) },
    )
    expect(rows).toEqual(['a.jsonl:1=1', 'a.jsonl:3=2', 'b.jsonl:2=4'])
  })

  test('an integer beyond 2^53 keeps its digits through several steps', async () => {
    write('in.jsonl', '{"n":9007199254740993}\n{"n":-12345678901234567890}\n{"n":1e20}\n')
    const steps = pipeline('p')
      .read('test.lines', { paths: ['in.jsonl'] })
      .step('table.limit', { count: 5 })
      .step('table.dedupe', {})
    expect(await Array.fromAsync(project().rows(steps))).toEqual([
      { n: 9007199254740993n },
      { n: -12345678901234567890n },
      { n: 1e20 },
    ])
  })

  test('a key of the user that looks like a tag of the step files stays a key', async () => {
    write('in.jsonl', '{"a":{"$date":"x"}}\n{"a":1}\n')
    const rows = await Array.fromAsync(
      project().rows(
        pipeline('p')
          .read('test.lines', { paths: ['in.jsonl'] })
          .step('table.limit', { count: 5 }),
      ),
    )
    expect(rows).toEqual([{ a: { $date: 'x' } }, { a: 1 }])
  })
})

describe('bad lines and values', () => {
  test('go to the rejects with file and line; the other rows go on', async () => {
    write(
      'in.jsonl',
      Buffer.concat([
        Buffer.from('{"n":1}\n{broken\n[1]\n   \n{"n":"x"}\n{"n":"'),
        Buffer.from([0xff]),
        Buffer.from(`"}\n{"n":2,"text":"${'好'.repeat(900_000)}"}\n{"n":3.5}\n`),
      ]),
    )
    const report = await project().run(
      pipeline('p')
        .read('test.lines', { paths: ['in.jsonl'], columns: { n: 'number' }, open: true })
        .step('table.filter', { where: 'n < 3' })
        .write('test.lines', { path: 'out.jsonl' }),
    )
    expect(
      read('out.jsonl')
        .split('\n')
        .map((line) => line.slice(0, 7)),
    ).toEqual(['{"n":1}', '{"n":2,', ''])
    expect(report.counts).toMatchObject({ rowsIn: 7, rowsOut: 2, dropped: 1, rejected: 4 })
    expect(rejectsOf(report.directory).map(({ id, code }) => `${id} ${code}`)).toEqual([
      'in.jsonl:2 MAESTRO_STORAGE_ROW_INVALID',
      'in.jsonl:3 MAESTRO_STORAGE_ROW_INVALID',
      'in.jsonl:5 MAESTRO_TABLE_VALUE',
      'in.jsonl:6 MAESTRO_STORAGE_ROW_INVALID',
    ])
  })

  test('an expression that cannot be computed for one row rejects that row with the reason', async () => {
    const steps = pipeline('p')
      .from([{ day: '2026-01-02' }, { day: 'soon' }, { day: '2020-01-01' }])
      .step('table.filter', { where: "cast(day as date) > date '2025-01-01'" })
    const preview = await project().preview(steps, 5)
    expect(preview.steps.at(-1)?.rows.map(({ row }) => row)).toEqual([{ day: '2026-01-02' }])
    expect(preview.rejects).toMatchObject([{ id: 'rows:2', error: { code: 'MAESTRO_TABLE_EXPRESSION_ROW' } }])
    expect(preview.rejects[0]?.error.message).toContain('soon')
  })

  test('more rejects than failFast do not stop a step in which other rows succeed', async () => {
    const rows = Array.from({ length: 100 }, (_, index) => ({ n: index < 40 ? 'x' : '1' }))
    const preview = await project().preview(
      pipeline('p').from(rows).step('table.filter', { where: 'cast(n as integer) = 1' }),
      100,
    )
    expect(preview.report.steps[0]?.counts).toMatchObject({ rowsIn: 100, rowsOut: 60, rejected: 40 })
  })

  test('a whole number column that holds 1.5 is a reject, not a 2', async () => {
    write('in.jsonl', '{"n":1.5}\n{"n":2}\n{"n":9007199254740993}\n')
    const report = await project().run(
      pipeline('p')
        .read('test.lines', { paths: ['in.jsonl'], columns: { n: 'integer' } })
        .step('table.filter', { where: 'n > 1' })
        .write('test.lines', { path: 'out.jsonl' }),
    )
    expect(read('out.jsonl')).toBe('{"n":2}\n')
    expect(report.counts.rejected).toBe(2)
  })
})

describe('expressions are checked when the plan is made', () => {
  const faultsOf = async (where: string, values?: Record<string, number>) => {
    const steps = pipeline('p')
      .from([{ n: 1, text: 'a' }])
      .step('table.filter', { where, ...(values === undefined ? {} : { params: values }) })
    const error = await project()
      .preview(steps)
      .catch((caught) => caught)
    return (error.details?.errors ?? []) as { code: string; message: string; hint: string }[]
  }

  test.each([
    ['n > ', 'syntax error'],
    ['n > 0; drop table lines', 'syntax error'],
    ['n > 0) or (1 = 1', 'BOOLEAN'],
    ['1) from (select 1) where (true', 'more than one expression'],
    ['n in (select 1)', 'subquery'],
    ['row_number() over () > 1', 'window'],
    ["read_text('/etc/hostname') = ''", 'table function'],
    ["current_setting('threads') = 1", 'current_setting'],
    ['count(*) > 1', 'aggregate'],
    ['lenght(text) > 1', 'length'],
    ['n > text', 'cast'],
    ['n', 'true or false'],
    ['n > $least', '$least has no value', { most: 1 }],
    ['n > $least', '$least has no value', undefined],
    ['n > $least', 'does not use the parameter $most', { least: 1, most: 2 }],
  ])('%s', async (where, reason, values?: Record<string, number>) => {
    const faults = await faultsOf(where, values)
    if (where.startsWith('n > 0) or')) return expect(faults).toEqual([])
    expect(faults).toHaveLength(1)
    expect(faults[0]?.message).toContain(reason)
  })

  test('a column that does not exist, with the nearest name', async () => {
    const faults = await faultsOf('txet = 1')
    expect(faults).toMatchObject([{ code: 'MAESTRO_PIPELINE_COLUMN_UNKNOWN' }])
    expect(faults[0]?.hint).toContain('Did you mean "text"?')
  })

  test('values are bound, whatever they hold', async () => {
    const rows = ["'; drop table lines; --", 'b'].map((text) => ({ text }))
    const steps = pipeline('p')
      .from(rows)
      .step('table.filter', { where: 'text = $text', params: { text: rows[0]?.text ?? '' } })
    expect(await Array.fromAsync(project().rows(steps))).toEqual([rows[0]])
  })
})

describe('values of step files', () => {
  const rows = [
    {
      day: new Date('2026-03-01T10:00:00Z'),
      big: 12345678901234567890n,
      nan: Number.NaN,
      odd: undefined,
      'a/b~c"d': 1,
    },
    { day: new Date('2025-03-01T10:00:00Z'), big: 2n, nan: 1, odd: 'x', 'a/b~c"d': 2 },
    { day: null, big: 3n, nan: -0, odd: null, 'a/b~c"d': 3 },
  ]
  const kept = (where: string) =>
    Array.fromAsync(
      project().rows(
        pipeline('p')
          .from(rows as Row[])
          .step('table.filter', { where }),
      ),
    )

  test('dates, big integers, NaN, undefined and odd names are what they are, and come back as they went in', async () => {
    expect(await kept("day > timestamp '2026-01-01'")).toEqual([rows[0]])
    expect(await kept('big > 100')).toEqual([rows[0]])
    expect(await kept('isnan(nan)')).toEqual([rows[0]])
    expect(await kept('odd is null')).toEqual([rows[0], rows[2]])
    expect(await kept('"a/b~c""d" >= 2')).toEqual([rows[1], rows[2]])
  })

  test('an aggregate gives values of their types', async () => {
    const grouped = pipeline('p')
      .from([
        { city: 'Oslo', n: 1, day: new Date('2026-01-02Z') },
        { city: '上海', n: 2, day: new Date('2026-01-01Z') },
        { city: 'Oslo', n: 4, day: new Date('2026-01-01Z') },
        { city: null, n: 8, day: new Date('2026-01-01Z') },
      ])
      .step('table.aggregate', {
        by: ['city'],
        values: { rows: 'count(*)', mean: 'avg(n)', last: 'max(day)', list: 'list(n order by n)', none: 'sum(n) / 0' },
      })
    const ids: string[] = []
    const result: Row[] = []
    const report = await project().runTo(grouped, {
      write: (batch: Batch) => {
        ids.push(...batch.ids)
        result.push(...batch.rows)
      },
    })
    expect(result).toEqual([
      { city: 'Oslo', rows: 2, mean: 2.5, last: new Date('2026-01-02Z'), list: [1, 4], none: expect.anything() },
      { city: '上海', rows: 1, mean: 2, last: new Date('2026-01-01Z'), list: [2], none: expect.anything() },
      { city: null, rows: 1, mean: 8, last: new Date('2026-01-01Z'), list: [8], none: expect.anything() },
    ])
    expect(ids).toEqual(['group:["Oslo"]', 'group:["上海"]', 'group:[null]'])
    expect(report.steps[0]?.counts).toEqual({ rowsIn: 4, rowsOut: 3, rejected: 0, dropped: 0, merged: 4, created: 3 })
  })

  test('the plan knows the types of an aggregate', async () => {
    const plan = await project().plan(
      pipeline('p')
        .from([{ city: 'Oslo', n: 1 }])
        .step('table.aggregate', { by: ['city'], values: { rows: 'count(*)', mean: 'avg(n)' } })
        .write('test.lines', { path: 'x' }),
    )
    expect(plan.steps[0]?.columnsOut).toEqual({
      columns: { city: 'string', rows: 'integer', mean: 'number' },
      open: false,
    })
  })
})

describe('the classes, alone on a storage', () => {
  const given = [
    { id: 'a', n: 3, text: 'x' },
    { id: 'b', n: 1, text: 'y' },
    { id: 'c', n: 2, text: 'x' },
    { id: 'd', n: 2, text: 'x' },
  ]
  const run = async (operator: { run(storage: MemoryStorage): Promise<unknown> }, rows: Row[] = given) => {
    const storage = new MemoryStorage(rows, { key: 'id' })
    await operator.run(storage)
    return storage.rows()
  }
  const ids = (rows: readonly Row[]) => rows.map(({ id }) => id).join('')

  test('filter, sort, limit, dedupe', async () => {
    expect(ids(await run(new FilterRowsOperator({ where: 'n < 3 and text = $t', params: { t: 'x' } })))).toBe('cd')
    expect(ids(await run(new SortRowsOperator({ by: ['text', { column: 'n', descending: true }] })))).toBe('acdb')
    expect(ids(await run(new LimitRowsOperator({ count: 2, offset: 1 })))).toBe('bc')
    expect(ids(await run(new DedupeRowsOperator({ by: ['text'] })))).toBe('ab')
    expect(ids(await run(new DedupeRowsOperator({ by: ['text'], keep: 'last' })))).toBe('bd')
    expect(ids(await run(new DedupeRowsOperator(), [...given, { ...given[0], id: 'e' }]))).toBe('abcde')
    expect(ids(await run(new DedupeRowsOperator({ by: ['n', 'text'] })))).toBe('abc')
  })

  test('sample: by count exactly, by fraction about; the same seed the same rows, in their order', async () => {
    const rows = Array.from({ length: 1000 }, (_, index) => ({ id: `${index}`, n: index }))
    const sampled = (options: { count: number; seed?: number } | { fraction: number; seed?: number }) =>
      run(new SampleRowsOperator(options), rows)
    const first = await sampled({ count: 10, seed: 1 })
    expect(first).toHaveLength(10)
    expect(first.map(({ n }) => Number(n))).toEqual(first.map(({ n }) => Number(n)).toSorted((a, b) => a - b))
    expect(await sampled({ count: 10, seed: 1 })).toEqual(first)
    expect(await sampled({ count: 10, seed: 2 })).not.toEqual(first)
    const tenth = (await sampled({ fraction: 0.1 })).length
    expect(tenth).toBeGreaterThan(50)
    expect(tenth).toBeLessThan(150)
  })

  test('aggregate without groups, also of no rows', async () => {
    expect(await run(new AggregateRowsOperator({ values: { n: 'count(*)', sum: 'sum(n)' } }))).toEqual([
      { n: 4, sum: 8 },
    ])
    expect(await run(new AggregateRowsOperator({ values: { n: 'count(*)' } }), [])).toEqual([{ n: 0 }])
  })

  test('select, drop, rename, cast, map', async () => {
    const [first] = given
    expect((await run(new SelectColumnsOperator({ columns: ['text', 'id'] })))[0]).toEqual({ text: 'x', id: 'a' })
    expect((await run(new DropColumnsOperator({ columns: ['n'] })))[0]).toEqual({ id: 'a', text: 'x' })
    const renamed = (await run(new RenameColumnsOperator({ columns: { n: 'number' } })))[0]
    expect(Object.entries(renamed ?? {})).toEqual([
      ['id', 'a'],
      ['number', 3],
      ['text', 'x'],
    ])
    expect((await run(new CastColumnsOperator({ columns: { n: 'string' } })))[0]).toEqual({ ...first, n: '3' })
    expect((await run(new MapRowsOperator({ column: 'n', change: (n) => Number(n) * 2, output: 'm' })))[0]).toEqual({
      ...first,
      m: 6,
    })
  })
})

describe('in pipelines', () => {
  test('select, drop, rename and cast change the plan; a value that is none of a type rejects its row', async () => {
    const steps = pipeline('p')
      .from([
        { a: '1', b: 'x', c: '2026-01-01' },
        { a: '1,5', b: 'y', c: '' },
      ])
      .step('table.cast', { columns: { a: 'number', c: 'date' } })
      .step('table.rename', { columns: { a: 'amount' } })
      .step('table.drop', { columns: ['b'] })
      .step('table.select', { columns: ['c', 'amount'] })
    const preview = await project().preview(steps)
    expect(preview.steps.at(-1)?.rows.map(({ row }) => row)).toEqual([{ c: new Date('2026-01-01Z'), amount: 1 }])
    expect(preview.rejects).toMatchObject([
      { id: 'rows:2', error: { code: 'MAESTRO_TABLE_CAST', details: { value: '"1,5"' } } },
    ])
    const plan = await project().plan(steps.write('test.lines', { path: 'x' }))
    expect(plan.steps.at(-1)?.columnsOut).toEqual({ columns: { c: 'date', amount: 'number' }, open: false })
  })

  test('a rename onto a column that is there rejects, and loses nothing', async () => {
    const preview = await project().preview(
      pipeline('p')
        .from([{ a: 1, b: 2 }, { a: 3 } as { a: number; b: number }])
        .step('table.rename', { columns: { a: 'b' } }),
    )
    expect(preview.rejects).toHaveLength(1)
    expect(preview.steps.at(-1)?.rows.map(({ row }) => row)).toEqual([{ b: 3 }])
  })

  test('an abort ends a statement and leaves no output', async () => {
    const rows = Array.from({ length: 50_000 }, (_, index) => ({ n: index }))
    const stop = new AbortController()
    const where = "md5(repeat('x', 100000 + cast(n as bigint))) = ''"
    const running = project().runTo(
      pipeline('p').from(rows).step('table.filter', { where }),
      { write: () => undefined },
      { signal: stop.signal },
    )
    setTimeout(() => stop.abort(), 200)
    await expect(running).rejects.toMatchObject({ code: 'MAESTRO_RUN_ABORTED' })
  })

  test('an empty input gives an empty output', async () => {
    write('in.jsonl', '')
    const report = await project().run(
      pipeline('p')
        .read('test.lines', { paths: ['in.jsonl'], columns: { n: 'number' } })
        .step('table.sort', { by: 'n' })
        .write('test.lines', { path: 'out.jsonl' }),
    )
    expect(read('out.jsonl')).toBe('')
    expect(report.counts).toMatchObject({ rowsIn: 0, rowsOut: 0 })
  })
})

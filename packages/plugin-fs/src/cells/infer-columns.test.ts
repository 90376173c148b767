import { columnNames, type Logger, pipeline } from '@maestro-dataflow/core'
import { describe, expect, test } from 'vitest'
import { failure, temporaryProject } from '../__fixtures__/temporary-project.js'
import { openFiles } from '../file-source.js'

const { write, project, rows, path } = temporaryProject()
const says = (text: string) => ({ message: expect.stringContaining(text) })

test('columns have the types of all cells of a sample, and nothing that would change loses its form', async () => {
  write(
    'a.csv',
    [
      'n,share,id,zip,phone,code,big,long,day,ok,mixed,none',
      '1,0.5,7,01234,+49151,1E5,9007199254740993,0.12345678901234567,2026-01-02,true,1,',
      '-2,3,8,80331,+49152,2E5,1,1.5,2026-02-03,FALSE,x,',
    ].join('\n'),
  )
  const plan = await project().plan(
    pipeline('a').read('fs.file', { path: 'a.csv', columns: 'infer' }).write('fs.file', { path: 'o.jsonl' }),
  )
  expect(plan.source.columns).toEqual({
    columns: {
      n: 'integer',
      share: 'number',
      id: 'integer',
      zip: 'string',
      phone: 'string',
      code: 'string',
      big: 'bigint',
      long: 'decimal',
      day: 'date',
      ok: 'boolean',
      mixed: 'string',
      none: 'string',
    },
    open: false,
  })
  const found = await rows({ path: 'a.csv', columns: 'infer', types: { id: 'string', n: 'number' } })
  expect(found.rows[0]).toMatchObject({ n: 1, share: 0.5, id: '7', zip: '01234', code: '1E5', ok: true })
})

test('a value beyond the sample that does not fit rejects its row', async () => {
  write('a.csv', `n\n${'1\n'.repeat(10_000)}x\n2\n`)
  const { rows: found, rejects } = await rows({ path: 'a.csv', columns: 'infer' })
  expect(found).toHaveLength(10_001)
  expect(rejects).toEqual([['a.csv:10002', expect.stringContaining('"x" is not of type integer')]])
})

test('cells that people may have meant otherwise are told, unless their form or their type is', async () => {
  const cells = {
    price: ['1.200,50', '€ 3', '(12)'],
    both: ['1,234', '12,500', '1'],
    dots: ['1.200', '12.500', '7'],
    day: ['3/4/26', '12/11/26', '1/2/2026'],
    phone: ['+49 151', '030 123 456', '0151'],
    share: ['0.125', '1.200', '7'],
    zip: ['01234', '80331', '1'],
    time: ['2026-01-02', '2026-01-03T04:05', ''],
    word: ['1,5', 'a', ''],
  }
  const lines = [0, 1, 2].map((at) =>
    Object.values(cells)
      .map((all) => all[at])
      .join('\t'),
  )
  write('a.tsv', [Object.keys(cells).join('\t'), ...lines].join('\n'))
  const suggested = async (options: object) => {
    const source = pipeline('a').read('fs.file', { path: 'a.tsv', ...options })
    const { columns } = await project().inferSource(source as never)
    return Object.fromEntries(columns.flatMap(({ name, remark }) => (remark === undefined ? [] : [[name, remark]])))
  }
  const format = (text: string) => `numberFormat: ${JSON.stringify(text)}`
  const says = (text: string) => `if its cells are numbers or dates: ${text}`
  expect(await suggested({})).toEqual({
    price: says(format('1.234,56')),
    both: says([format('1,234.56'), format('1.234,56'), format('1 234,56')].join(' or ')),
    dots: says(format('1.234,56')),
    day: says("dateFormat: 'd/m/y' or dateFormat: 'm/d/y'"),
  })
  expect(await suggested({ numberFormat: '1.234,56', dateFormat: 'd/m/y' })).toEqual({})
  const warnings: string[] = []
  const logger = { warn: (text: string) => warnings.push(text), info: () => undefined } as unknown as Logger
  const types = { price: 'string', both: 'string', dots: 'number' } as const
  await openFiles({ path: 'a.tsv', columns: 'infer', types }, {
    directory: path(''),
    allowOutside: false,
    logger,
  } as never)
  expect(warnings).toEqual([expect.stringMatching(/"day".*dateFormat: 'd\/m\/y'/)])
})

describe('numbers and dates of people', () => {
  const typed = async (cells: readonly string[], type: 'number' | 'integer' | 'date' | 'decimal', told: object) => {
    // A run whose rows are all rejected fails.
    write('a.tsv', `v\n${cells.join('\n')}\n""\n`)
    const { rows: found, rejects } = await rows({ path: 'a.tsv', columns: { v: type }, ...told })
    return [...found.slice(0, -1).map(({ v }) => v), ...rejects.map(([id]) => id)]
  }

  test('are read in the declared form, and reject their row if they have another one', async () => {
    const comma = { numberFormat: '1.234,56' }
    expect(await typed(['1.200,50 EUR', '€ -3,5', '(1.000)', '1.200', '12'], 'number', comma)).toEqual([
      1200.5, -3.5, -1000, 1200, 12,
    ])
    expect(await typed(['1200.50', '1.20', '1,200.50', '1.2.3', 'EUR', '1e3'], 'number', comma)).toEqual(
      [2, 3, 4, 5, 6, 7].map((line) => `a.tsv:${line}`),
    )
    expect(await typed(['$1,200.50', '1,200'], 'number', { numberFormat: '1,234.56' })).toEqual([1200.5, 1200])
    expect(await typed(['1\u00a0200,5', '1 000'], 'number', { numberFormat: '1 234,56' })).toEqual([1200.5, 1000])
    expect(await typed(["1'200.5"], 'decimal', { numberFormat: "1'234.56" })).toEqual(['1200.5'])
    expect(await typed(['1.200'], 'integer', comma)).toEqual([1200])
    expect(await typed(['1.200,50'], 'number', {})).toEqual(['a.tsv:2'])
  })

  test('an ambiguous date is read in the declared form, or not at all', async () => {
    const day = (iso: string) => new Date(iso).toISOString()
    expect(await typed(['3/4/26', '31.12.1999 23:59', '2026-01-02'], 'date', { dateFormat: 'd/m/y' })).toEqual([
      day('2026-04-03'),
      day('1999-12-31T23:59Z'),
      day('2026-01-02'),
    ])
    expect(await typed(['3/4/26', '12/31/99, 1:05 PM'], 'date', { dateFormat: 'm/d/y' })).toEqual([
      day('2026-03-04'),
      day('1999-12-31T13:05Z'),
    ])
    expect(
      await typed(['31/2/2026', '1/13/2026 ', '1/2/326', '3/4/26 25:00'], 'date', { dateFormat: 'd/m/y' }),
    ).toEqual([2, 3, 4, 5].map((line) => `a.tsv:${line}`))
    expect(await typed(['3/4/26'], 'date', {})).toEqual(['a.tsv:2'])
  })

  test('are inferred if their form is declared', async () => {
    write('a.tsv', 'price\tday\tzip\n1.200,50 EUR\t3/4/26\t01234\n2,5\t13/4/26\t1\n')
    const told = { numberFormat: '1.234,56', dateFormat: 'd/m/y' } as const
    expect((await rows({ path: 'a.tsv', columns: 'infer', ...told })).rows[0]).toEqual({
      price: 1200.5,
      day: '2026-04-03T00:00:00.000Z',
      zip: '01234',
    })
    expect((await rows({ path: 'a.tsv', columns: 'infer' })).rows[0]).toMatchObject({
      price: '1.200,50 EUR',
      day: '3/4/26',
    })
  })
})

test('types without inference, and inference of formats without cells, are faults of the plan', async () => {
  write('a.csv', 'a\n1\n')
  write('a.txt', 'x')
  expect(await failure(rows({ path: 'a.csv', types: { a: 'string' } }))).toMatchObject(says('`types` only applies'))
  expect(await failure(rows({ path: 'a.txt', columns: 'infer' }))).toMatchObject(says('only applies to CSV and TSV'))
})

test('the delimiter is that with which all records have the same number of cells, or the usual one', async () => {
  const planned = async (text: string, told: object = {}) => {
    write('a.csv', text)
    const options = { path: 'a.csv', columns: 'infer' as const, ...told }
    const { source } = await project().plan(
      pipeline('a').read('fs.file', options).write('fs.file', { path: 'o.jsonl' }),
    )
    return source.columns.columns
  }
  expect(await planned('name;price, EUR\na;1\nb;2\n')).toEqual({ name: 'string', 'price, EUR': 'integer' })
  expect(await planned('name;"a;b"\n"x\ny";1\n')).toEqual({ name: 'string', 'a;b': 'integer' })
  expect(await planned('a\tb;c\n1\t2\n')).toEqual({ a: 'integer', 'b;c': 'integer' })
  expect(await planned('a;b\n1;2\n3\n')).toEqual({ 'a;b': 'string' })
  expect(await planned('a,b\n1,2\n1,2,3\n')).toEqual({ a: 'integer', b: 'integer' })
  expect(await planned('text\na;b\nc;d\n')).toEqual({ text: 'string' })
  expect(await planned('a;b\n1;2\n', { delimiter: ',' })).toEqual({ 'a;b': 'string' })
  expect(await planned('x;y\n1;2\n', { header: ['line'] })).toEqual({ line: 'string' })
  expect(await planned('a;b\n')).toEqual({ a: 'string', b: 'string' })
  expect(await planned('')).toEqual({})
})

test('columns named like whole numbers stay in their places', async () => {
  write('a.csv', 'country,2021,2020,name\nX,1,2,n\n')
  const { source } = await project().plan(
    pipeline('a').read('fs.file', { path: 'a.csv', columns: 'infer' }).write('fs.file', { path: 'o.jsonl' }),
  )
  expect(columnNames(source.columns.columns)).toEqual(['country', '2021', '2020', 'name'])
})

test.each([
  ['semicolons', ';', 'a.csv', {}],
  ['tabs', '\t', 'a.csv', {}],
  ['bars', '|', 'a.csv', {}],
  ['commas in a file for tabs', ',', 'a.tsv', {}],
  ['a delimiter that is told', '::', 'a.csv', { delimiter: '::' }],
  ['another ending', '\t', 'a.txt', { format: 'tsv' }],
  ['a folder', ';', 'in/a.csv', { path: 'in' }],
] as const)('the project infers what the source itself does: %s', async (_, delimiter, path, told) => {
  const cells = [
    ['id', 'long', 'share', 'day', 'zip', 'said'],
    ['1', '12345678901234567890', '1.50', '2026-01-31', '01234', `"a, b${delimiter} c"`],
    ['2', '2', '3', '2026-02-01', '80331', ''],
  ]
  write(path, cells.map((row) => `${row.join(delimiter)}\n`).join(''))
  const source = { path, ...told }
  const found = await project().inferSource(pipeline('a').read('fs.file', source))
  expect(found.columns).toEqual([
    { name: 'id', type: 'integer', empty: 0 },
    { name: 'long', type: 'bigint', empty: 0 },
    { name: 'share', type: 'number', empty: 0 },
    { name: 'day', type: 'date', empty: 0 },
    { name: 'zip', type: 'string', empty: 0 },
    { name: 'said', type: 'string', empty: 1 },
  ])
  const inferred = await rows({ ...source, columns: 'infer' })
  expect(inferred.rows).toHaveLength(2)
  expect(inferred.rows[0]).toMatchObject({ id: 1, zip: '01234', said: `a, b${delimiter} c` })
  expect(await rows({ ...source, ...found.options })).toEqual(inferred)
})

test('a file whose cells nothing separates is read as it is, with a warning', async () => {
  const warned = async (text: string, told: object = {}) => {
    write('a.csv', text)
    const { warnings, logger } = collectingLogger()
    const source = await openFiles({ path: 'a.csv', ...told }, { directory: path('.'), allowOutside: false, logger })
    const batches = await Array.fromAsync(source.read())
    return { names: Object.keys(batches.flatMap((batch) => batch.rows)[0] ?? {}), warnings }
  }
  expect(await warned('a;b\n1;2\n')).toEqual({
    names: ['a;b'],
    warnings: [{ path: 'a.csv', column: 'a;b', delimiter: ';' }],
  })
  expect(await warned('a;b\n1;2\n', { delimiter: ';' })).toEqual({ names: ['a', 'b'], warnings: [] })
  expect(await warned('a;b,c\n1,2\n')).toEqual({ names: ['a;b', 'c'], warnings: [] })
  expect(await warned('what; why\nx\n')).toEqual({ names: ['what; why'], warnings: [] })
})

function collectingLogger() {
  const warnings: unknown[] = []
  const ignore = () => undefined
  const logger: Logger = {
    debug: ignore,
    info: ignore,
    warn: (_message, details) => warnings.push(details),
    error: ignore,
    child: () => logger,
  }
  return { warnings, logger }
}

import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Columns, pipeline, type Row } from '@maestro-dataflow/core'
import { droppedRows, findRun, maestro } from '@maestro-dataflow/core/runtime'
import fs from '@maestro-dataflow/plugin-fs'
import table from '@maestro-dataflow/plugin-table'
import { afterAll, beforeAll, expect, test } from 'vitest'

let folder = ''
let project: ReturnType<typeof maestro>
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'maestro-parquet-outputs-'))
  project = maestro({ plugins: [fs, table], directory: folder, logLevel: 'silent', run: { maxRejects: '100%' } })
})
afterAll(async () => {
  await project.dispose()
  rmSync(folder, { recursive: true, force: true })
})

/** DuckDB names itself in the files that it writes. */
const isByEngine = (path: string) => readFileSync(join(folder, path)).includes('DuckDB version')

async function rowsOf(path: string): Promise<readonly Row[]> {
  const rows: Row[] = []
  for await (const row of project.rows(pipeline('read').read('fs.file', { path }))) rows.push(row)
  return rows
}

interface Case {
  readonly columns: Columns
  /** Lines of JSON. */
  readonly lines: readonly string[]
  readonly where?: string
  /** Whether the engine writes the file. @default true */
  readonly byEngine?: boolean
}

const columns = { n: 'integer', x: 'number', name: 'string', flag: 'boolean' } as const
const cases: Readonly<Record<string, Case>> = {
  'values of plain types': {
    columns,
    lines: [
      '{"n":1,"x":1.5,"name":"one","flag":true}',
      '{"n":9007199254740991,"x":1e300,"name":"\\u0000 \\"é\\" \\\\ \\n\\r\\u2028😀","flag":false}',
      '{"flag":null,"name":"","x":-0.0,"n":-5}',
      '{"n":1.0,"x":4,"name":"00123"}',
      '{}',
    ],
  },
  'names that SQL has words for': {
    columns: { select: 'string', 'a"b': 'integer', '#maestro.line': 'string', 'ü 😀': 'string', rowid: 'integer' },
    lines: ['{"select":"a","a\\"b":2,"#maestro.line":"c","ü 😀":"d","rowid":7}'],
  },
  'no rows': { columns, lines: ['{"n":1}'], where: 'n > 1' },
  'names that differ in case alone': {
    columns: { a: 'integer', A: 'integer' },
    lines: ['{"a":1,"A":2}'],
    byEngine: false,
  },
  'a column of unknown type': {
    columns: { a: 'integer', b: 'unknown' },
    lines: ['{"a":1,"b":[1]}', '{"a":2,"b":"x"}'],
    byEngine: false,
  },
  'decimal numbers': { columns: { d: 'decimal' }, lines: ['{"d":"1.50"}', '{"d":"0.1"}'], byEngine: false },
  'half a character': { columns: { t: 'string' }, lines: ['{"t":"a\\ud800"}', '{"t":"b"}'], byEngine: false },
}

test.each(Object.entries(cases))(
  '%s: a table step leaves the same rows in Parquet as the sink writes',
  async (_, { columns, lines, where = 'true', byEngine = true }) => {
    writeFileSync(join(folder, 'in.jsonl'), lines.map((line) => `${line}\n`).join(''))
    for (const path of ['direct.parquet', 'usual.parquet']) rmSync(join(folder, path), { force: true })
    const chosen = () => pipeline('p').read('fs.file', { path: 'in.jsonl', columns }).step('table.filter', { where })
    const write = (path: string, rowGroup?: number) => project.run(chosen().write('fs.file', { path, rowGroup }))
    const direct = await write('direct.parquet')
    const usual = await write('usual.parquet', 100)
    expect(isByEngine('usual.parquet')).toBe(false)
    expect(isByEngine('direct.parquet')).toBe(byEngine)
    expect(await rowsOf('direct.parquet')).toEqual(await rowsOf('usual.parquet'))
    const told = ({ rejects, steps, sinks }: typeof direct) => ({
      rejects,
      counts: steps.map(({ id, counts }) => [id, counts]),
      sinks: sinks.map(({ rows }) => rows),
    })
    expect(told(direct)).toEqual(told(usual))
  },
)

test('big integers stay big integers', async () => {
  const rows = [{ n: 5n }, { n: -(2n ** 63n) }, { n: null }]
  const chosen = pipeline('p')
    .from(rows, { columns: { n: 'bigint' } })
    .step('table.sort', { by: 'n' })
  await project.run(chosen.write('fs.file', { path: 'big.parquet', mode: 'overwrite' }))
  expect(isByEngine('big.parquet')).toBe(true)
  expect(await rowsOf('big.parquet')).toEqual([{ n: -(2n ** 63n) }, { n: 5n }, { n: null }])
})

test.each(['snappy', 'zstd', 'gzip', 'brotli', 'none'] as const)(
  'an output packed with %s is read back',
  async (compression) => {
    writeFileSync(join(folder, 'in.jsonl'), '{"t":"b"}\n{"t":"a"}\n')
    const sorted = pipeline('p')
      .read('fs.file', { path: 'in.jsonl', columns: { t: 'string' } })
      .step('table.sort', { by: 't' })
    await project.run(sorted.write('fs.file', { path: 'packed.parquet', compression, mode: 'overwrite' }))
    expect(isByEngine('packed.parquet')).toBe(true)
    expect(await rowsOf('packed.parquet')).toEqual([{ t: 'a' }, { t: 'b' }])
  },
)

test('a join and its output work on the columns of Parquet files in the database', async () => {
  const users = Array.from({ length: 20 }, (_, n) => ({ user: `u${n}`, n }))
  const write = (path: string, rows: readonly Row[], columns: Columns) =>
    project.run(pipeline('p').from(rows, { columns }).write('fs.file', { path, mode: 'overwrite' }))
  await write('users.parquet', users, { user: 'string', n: 'integer' })
  await write(
    'levels.parquet',
    [
      { user: 'u3', level: 1 },
      { user: 'u7', level: 2 },
    ],
    { user: 'string', level: 'integer' },
  )
  const join_ = (between: boolean) => {
    const source = pipeline('p').read('fs.file', { path: 'users.parquet', columns: { user: 'string', n: 'integer' } })
    const rows = between ? source.filter(() => true, { id: 'all' }) : source
    return rows.step('table.join', {
      right: { use: 'fs.file', path: 'levels.parquet', columns: { user: 'string', level: 'integer' } },
      by: ['user'],
      columnPrefix: '',
    })
  }
  for (const [path, between] of [
    ['joined.parquet', false],
    ['passed.parquet', true],
  ] as const)
    await project.run(join_(between).write('fs.file', { path, mode: 'overwrite' }))
  expect(isByEngine('joined.parquet')).toBe(true)
  expect(await rowsOf('joined.parquet')).toEqual([
    { user: 'u3', n: 3, level: 1 },
    { user: 'u7', n: 7, level: 2 },
  ])
  expect(await rowsOf('passed.parquet')).toEqual(await rowsOf('joined.parquet'))
})

/** Steps that only choose and order rows. */
const choosing: Readonly<Record<string, readonly (readonly [use: string, options: object])[]>> = {
  filter: [['table.filter', { where: 'n > 17 and (flag or x > 3)' }]],
  'a filter that no row meets': [['table.filter', { where: 'n > 1000' }]],
  sort: [['table.sort', { by: ['x', 'name'], descending: true }]],
  'dedupe by columns': [['table.dedupe', { by: ['name', 'flag'] }]],
  'dedupe of whole rows': [['table.dedupe', {}]],
  sample: [['table.sample', { count: 70, seed: 3 }]],
  limit: [['table.limit', { count: 30, offset: 110 }]],
  'several steps': [
    ['table.sort', { by: ['name', 'n'] }],
    ['table.filter', { where: "name <> 'name 3' and n < 280" }],
    ['table.dedupe', { by: ['name'], keep: 'last' }],
    ['table.limit', { count: 5 }],
  ],
}

test.each(Object.entries(choosing))(
  '%s: rows of Parquet files are copied to a Parquet file as they would be row by row',
  async (_, steps) => {
    const rows = Array.from({ length: 300 }, (_, n) => ({
      n,
      x: n % 11 === 0 ? Number.NaN : n % 13 === 0 ? -0 : n / 7,
      name: n % 7 === 0 ? null : `name ${n % 9}\n"é" \0😀`,
      flag: n % 5 === 0 ? null : n % 3 === 0,
      big: n % 4 === 0 ? null : BigInt(n) * 10n ** 16n,
    })).concat(
      { n: 300, x: 1, name: 'twice', flag: true, big: 1n },
      { n: 300, x: 1, name: 'twice', flag: true, big: 1n },
    )
    const typed = { ...columns, big: 'bigint' } as const
    for (const [path, some] of [
      ['1.parquet', rows.slice(0, 120)],
      ['2.parquet', rows.slice(120)],
    ] as const)
      await project.run(
        pipeline('p').from(some, { columns: typed }).write('fs.file', { path, rowGroup: 50, mode: 'overwrite' }),
      )
    type Building = { step(use: string, options: object): Building; write(use: 'fs.file', options: object): never }
    const run = async (path: string, between: boolean) => {
      const source = pipeline('p').read('fs.file', { path: ['1.parquet', '2.parquet'], columns: typed })
      let built = (between ? source.filter(() => true, { id: 'all' }) : source) as unknown as Building
      for (const [use, options] of steps) built = built.step(use, options)
      const report = await project.run(built.write('fs.file', { path, mode: 'overwrite' }), { keepStepFiles: true })
      const record = await findRun(join(folder, '.maestro'), report.runId)
      const own = report.steps.filter(({ id }) => id !== 'all')
      return {
        rows: await rowsOf(path),
        counts: own.map(({ counts }) => counts),
        sinks: report.sinks.map(({ rows }) => rows),
        reasons: own.map(({ id }) => droppedRows(record, id, 1000).reasons),
        samples: own.map(({ id }) => (record.samples?.steps[id] ?? []).map((one) => one.id)),
        stages: globSync('stages/**/*.jsonl', { cwd: report.directory ?? '' }),
      }
    }
    for (const path of ['copied.parquet', 'usual.parquet']) rmSync(join(folder, path), { force: true })
    const { stages, ...copied } = await run('copied.parquet', false)
    const { stages: written, ...usual } = await run('usual.parquet', true)
    expect(copied).toEqual(usual)
    expect(isByEngine('copied.parquet')).toBe(true)
    // No step file was needed.
    expect([stages, written.length > 0]).toEqual([[], true])
  },
)

test('a whole number that no number holds takes the usual way to the output', async () => {
  const rows = [{ n: 2 }, { n: 2n ** 60n }, { n: 1 }]
  await project.run(pipeline('p').from(rows).write('fs.file', { path: 'wide.parquet', mode: 'overwrite' }))
  const sorted = pipeline('p').read('fs.file', { path: 'wide.parquet' }).step('table.sort', { by: 'n' })
  const report = await project.run(sorted.write('fs.file', { path: 'sorted.parquet', mode: 'overwrite' }))
  expect(await rowsOf('sorted.parquet')).toEqual([{ n: 1 }, { n: 2 }, { n: 2n ** 60n }])
  expect(report.counts).toMatchObject({ rowsIn: 3, rowsOut: 3 })
})

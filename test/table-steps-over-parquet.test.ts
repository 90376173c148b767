import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, sep } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { decodeStepLine, pipeline } from '@maestro-dataflow/core'
import { droppedRows, findRun, maestro } from '@maestro-dataflow/core/runtime'
import fs from '@maestro-dataflow/plugin-fs'
import table from '@maestro-dataflow/plugin-table'
import { afterAll, beforeAll, expect, test } from 'vitest'

let folder = ''
let project: ReturnType<typeof maestro>
/** Values of types that look like others in the file, or that only the source converts. */
const odd = [
  ['decimal-64', '1.5::DECIMAL(15, 2)'],
  ['time', "TIME '01:02:03.5'"],
  ['enum', "'é'::ENUM('é', 'b')"],
  ['unsigned', '4294967295::UINTEGER'],
  ['milliseconds', "TIMESTAMP_MS '2020-01-01 00:00:00.125'"],
  ['year-12000', "DATE '12000-01-01'"],
] as const
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'maestro-parquet-'))
  project = maestro({ plugins: [fs, table], directory: folder, logLevel: 'silent', run: { maxRejects: '100%' } })
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  const rows = `SELECT i AS n, CASE WHEN i % 7 = 0 THEN NULL ELSE 'name "' || (i % 9) || '" é' || chr(10) END AS name,
    CASE i % 11 WHEN 0 THEN 'nan'::DOUBLE WHEN 1 THEN 'infinity' WHEN 2 THEN -0.0 WHEN 3 THEN 1e300 WHEN 4 THEN 9007199254740993 ELSE i / 7 END AS price,
    CASE WHEN i % 50 = 0 THEN 9007199254740993 + i ELSE i % 5 END AS wide, i % 3 = 0 AS flag,
    DATE '1960-01-31' + i::INTEGER * 100 AS day, (i * 0.25)::FLOAT AS half, (i % 100)::TINYINT AS tiny FROM range(300) r(i)`
  for (const [name, where] of [
    ['one', 'i < 120'],
    ['two', 'i >= 120'],
  ])
    await connection.run(`COPY (${rows} WHERE ${where}) TO '${join(folder, `${name}.parquet`)}' (ROW_GROUP_SIZE 60)`)
  for (const [name, value] of odd)
    await connection.run(`COPY (SELECT 1 AS n, ${value} AS v) TO '${join(folder, `${name}.parquet`)}'`)
  await connection.run(`COPY (SELECT 1 AS n, [1, 2] AS list) TO '${join(folder, 'nested.parquet')}'`)
  connection.closeSync()
  instance.closeSync()
})
afterAll(async () => {
  await project.dispose()
  rmSync(folder, { recursive: true, force: true })
})

type Step = readonly [use: string, options: object]

type Building = { step(use: string, options: object): Building; write(use: 'fs.file', options: object): never }
type Path = string | readonly string[]

/** Runs steps over the files. `between`: the rows pass through JavaScript first, so that no engine reads the files itself. */
async function run(steps: readonly Step[], between = false, path: Path = ['one.parquet', 'two.parquet']) {
  const source = pipeline('p').read('fs.file', { path: [path].flat() })
  let built = (between ? source.filter(() => true, { id: 'all' }) : source) as unknown as Building
  for (const [use, options] of steps) built = built.step(use, options)
  const report = await project.run(built.write('fs.file', { path: 'out.jsonl', mode: 'overwrite' }), {
    keepStepFiles: true,
  })
  const stages = join(report.directory ?? '', 'stages')
  const names = readdirSync(stages).sort()
  const lines = readFileSync(join(stages, names.at(-1) ?? '', 'part-00000.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
  const record = await findRun(join(folder, '.maestro'), report.runId)
  return {
    names,
    rows: lines.map((line) => decodeStepLine(line)),
    counts: report.steps.filter(({ id }) => id !== 'all').map(({ counts }) => counts),
    left: report.steps
      .filter(({ use }) => steps.some(([one]) => one === use))
      .map(({ id }) => droppedRows(record, id, 1000).reasons),
    text: readFileSync(join(folder, 'out.jsonl'), 'utf8'),
  }
}

const chains: readonly (readonly Step[])[] = [
  [['table.filter', { where: 'n > 17 and (flag or price > 3)' }]],
  [['table.filter', { where: "name like '%é%' and wide < 10 and day > timestamp '1975-05-05'" }]],
  [['table.sort', { by: ['price', 'name'], descending: true }]],
  [
    ['table.sort', { by: ['wide', 'day'] }],
    ['table.limit', { count: 40 }],
  ],
  [['table.dedupe', { by: ['name', 'flag'] }]],
  [
    ['table.dedupe', {}],
    ['table.sample', { count: 50, seed: 3 }],
  ],
  [
    [
      'table.aggregate',
      {
        by: ['name'],
        values: { n: 'count(*)', sum: 'sum(half)', tiny: 'sum(tiny)', first: 'min(day)', wide: 'max(wide)' },
      },
    ],
  ],
  [
    ['table.filter', { where: 'not isnan(price)' }],
    ['table.aggregate', { by: ['wide', 'flag'], values: { sum: 'sum(price)' } }],
    ['table.sort', { by: 'sum' }],
  ],
  [
    ['table.window', { by: ['flag'], orderBy: 'n', values: { place: 'row_number()' } }],
    ['table.filter', { where: 'place < 20' }],
  ],
  [['table.limit', { count: 30, offset: 110 }]],
]

test.each(chains.map((chain) => [chain.map(([use]) => use).join(', '), chain] as const))(
  '%s make the same rows of Parquet files as of rows',
  async (_, chain) => {
    const { names, ...direct } = await run(chain)
    const { names: written, ...slow } = await run(chain, true)
    expect(direct).toEqual(slow)
    expect(direct.rows.length).toBeGreaterThan(0)
    expect(written.length).toBeGreaterThan(names.length)
    // Nothing has written the rows of the files for the engine.
    expect(names.filter((name) => name.includes('input'))).toEqual([])
  },
)

test('a row for which an expression has no meaning is rejected as if it had been read by the source', async () => {
  const where = 'CAST(substr(name, (6 + tiny % 2)::BIGINT, 1) AS INTEGER) > 3'
  const { names, ...direct } = await run([['table.filter', { where }]])
  const { names: _, ...slow } = await run([['table.filter', { where }]], true)
  expect(direct).toEqual(slow)
  expect(direct.counts[0]?.rejected).toBeGreaterThan(0)
  expect(names).toContainEqual(expect.stringContaining('input'))
})

test.each(odd)('a column of type %s has the same values', async (name) => {
  const steps: readonly Step[] = [
    ['table.dedupe', { by: ['v'] }],
    ['table.sort', { by: ['v'] }],
  ]
  const { names: _, ...direct } = await run(steps, false, `${name}.parquet`)
  const { names: __, ...slow } = await run(steps, true, `${name}.parquet`)
  expect(direct).toEqual(slow)
})

test('a name or folder with the signs of patterns stands for itself', async () => {
  const own = 'year=2026 [ab]'
  mkdirSync(join(folder, own))
  for (const [name, n] of [
    ['x [1].parquet', 1],
    ['x 1.parquet', 2],
  ] as const)
    copyFileSync(join(folder, `${n === 1 ? 'one' : 'two'}.parquet`), join(folder, own, name))
  writeFileSync(join(folder, own, 'x [1].jsonl'), '{"n":1}\n')
  writeFileSync(join(folder, own, 'x 1.jsonl'), '{"n":2}\n')
  const inner = maestro({ plugins: [fs, table], directory: join(folder, own), logLevel: 'silent' })
  for (const format of ['parquet', 'jsonl']) {
    const first = pipeline('p')
      .read('fs.file', { path: `x [[]1].${format}` })
      .step('table.sort', { by: ['n'] })
    const [row] = await Array.fromAsync(inner.rows(first as never))
    expect(row).toMatchObject({ n: format === 'jsonl' ? 1 : 0 })
  }
  // The step file of the row step lies in the folder too.
  const steps = pipeline('p')
    .read('fs.file', { path: 'x 1.jsonl' })
    .map((one) => one)
    .step('table.sort', { by: ['n'] })
  expect(await Array.fromAsync(inner.rows(steps as never))).toEqual([{ n: 2 }])
  await inner.dispose()
})

if (sep === '/')
  test('a backslash among the signs of patterns stands for itself', async () => {
    mkdirSync(join(folder, 'odd'))
    copyFileSync(join(folder, 'one.parquet'), join(folder, 'odd', 'a\\b [1].parquet'))
    writeFileSync(join(folder, 'odd', 'a\\b [1].jsonl'), '{"n":1}\n')
    for (const format of ['parquet', 'jsonl']) {
      const sorted = pipeline('p')
        .read('fs.file', { path: 'odd', format: format as 'jsonl' })
        .step('table.sort', { by: ['n'] })
      const [row] = await Array.fromAsync(project.rows(sorted as never))
      expect(row).toMatchObject({ n: format === 'jsonl' ? 1 : 0 })
    }
  })

test('files of other types, and damaged ones, are read by the source', async () => {
  const steps: readonly Step[] = [['table.filter', { where: 'n = 1' }]]
  const { rows, names } = await run(steps, false, 'nested.parquet')
  expect(rows).toEqual([{ id: 'nested.parquet:1', row: { n: 1, list: [1, 2] } }])
  expect(names).toContainEqual(expect.stringContaining('input'))
  const bytes = readFileSync(join(folder, 'one.parquet'))
  bytes.fill(7, 4, 400)
  writeFileSync(join(folder, 'damaged.parquet'), bytes)
  await expect(run([['table.sort', { by: 'n' }]], false, 'damaged.parquet')).rejects.toThrow('row group 1')
})

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Columns, pipeline, type Row } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
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

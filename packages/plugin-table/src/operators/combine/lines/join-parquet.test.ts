import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { jsonLines } from '../../../__fixtures__/json-lines.js'
import { parquetFiles, writeParquetFile } from '../../../__fixtures__/parquet-files.js'
import table from '../../../plugin.js'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'maestro-join-parquet-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const query = `SELECT * FROM (VALUES
  ('a', 1.5, 7, true, TIMESTAMP '2026-01-02 03:04:05'),
  ('b', 'NaN'::DOUBLE, NULL, false, NULL),
  ('b', -0.0::DOUBLE, 9, NULL, TIMESTAMP '1969-12-31 23:59:59.999'),
  (NULL, 4.0, 10, true, NULL)) t(key, x, n, flag, day)`
const columns = { key: 'string', x: 'number', n: 'integer', flag: 'boolean', day: 'date' } as const
const rows = [
  { key: 'a', x: 1.5, n: 7, flag: true, day: new Date('2026-01-02T03:04:05Z') },
  { key: 'b', x: Number.NaN, n: null, flag: false, day: null },
  { key: 'b', x: -0, n: 9, flag: null, day: new Date(-1) },
  { key: null, x: 4, n: 10, flag: true, day: null },
]

const resultOf = async (right: unknown, how: string) => {
  const project = maestro({
    plugins: [table, jsonLines(folder), parquetFiles(folder)],
    directory: folder,
    logLevel: 'silent',
  })
  writeFileSync(join(folder, 'left.jsonl'), '{"id":1,"key":"a"}\n{"id":2,"key":"b"}\n{"id":3,"key":"c"}\n{"id":4}\n')
  const built = pipeline('p')
    .read('test.lines', { paths: ['left.jsonl'] })
    .step('table.join', { right, by: ['key'], how } as never)
  return Array.fromAsync(project.rows(built)).finally(() => project.dispose())
}

test.each(['inner', 'left', 'semi', 'anti'])(
  '%s: the database reads the Parquet files of the other table, with the same rows as from its source',
  async (how) => {
    await writeParquetFile(join(folder, 'right.parquet'), query)
    const right = { use: 'test.parquet', path: 'right.parquet', columns }
    expect(await resultOf(right, how)).toStrictEqual(await resultOf(rows, how))
  },
)

test('if the database finds another file than the source, the source gives the rows', async () => {
  writeFileSync(join(folder, 'right.parquet'), 'no Parquet')
  const right = { use: 'test.parquet', path: 'right.parquet', columns, rows }
  expect(await resultOf(right, 'inner')).toStrictEqual(await resultOf(rows, 'inner'))
})

import { readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { expect, test } from 'vitest'
import { failure, rejectsOf, temporaryProject } from '../__fixtures__/temporary-project.js'

const { write, read, path, copy, rows } = temporaryProject()
const says = (text: string) => ({ message: expect.stringContaining(text) })
const filesIn = (folder: string) =>
  readdirSync(path(folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(path('.'), join(entry.parentPath, entry.name)))
    .sort()

for (const format of ['jsonl', 'csv', 'parquet', 'xlsx', 'txt'])
  test(`folders of ${format} state columns, as text unless they are declared`, async () => {
    for (const [year, word] of [
      ['2025', 'tea'],
      ['07', 'milk'],
    ]) {
      write('in.jsonl', `{"text":"${word}"}\n`)
      await copy({ path: 'in.jsonl' }, { path: `data/year=${year}/kind=a%20b/rows.${format}` })
    }
    const row = (text: string, year: unknown) =>
      expect.objectContaining({ text: format === 'txt' ? `${text}\n` : text, year, kind: 'a b' })
    expect((await rows({ path: `data/year=*/*/*.${format}` })).rows).toEqual([row('milk', '07'), row('tea', '2025')])
    expect((await rows({ path: 'data' })).rows).toHaveLength(2)
    if (format === 'txt') return
    const typed = { path: 'data', columns: { text: 'string', year: 'integer' } } as const
    expect((await rows(typed)).rows).toEqual([
      { text: 'milk', year: 7 },
      { text: 'tea', year: 2025 },
    ])
    expect(await failure(rows({ path: 'data', columns: { kind: 'integer' } }))).toMatchObject(says('do not fit'))
  })

for (const given of ['out', 'out/'])
  test(`with a format, the path ${given} is the folder of the partitions`, async () => {
    write('in.jsonl', '{"y":2025,"t":"1"}\n{"y":2026,"t":"2"}\n')
    await copy({ path: 'in.jsonl' }, { path: given, format: 'parquet', partitionBy: ['y'] })
    expect(filesIn('out')).toEqual(['out/y=2025/rows.parquet', 'out/y=2026/rows.parquet'])
    expect((await rows({ path: 'out' })).rows).toHaveLength(2)
    const again = copy({ path: 'in.jsonl' }, { path: given, format: 'parquet', partitionBy: ['y'] })
    expect(await failure(again)).toMatchObject(says('exists already'))
  })

test('folders that differ state no columns, and a column of the file stays', async () => {
  write('mixed/year=1/a.jsonl', '{"n":1}\n')
  write('mixed/b.jsonl', '{"n":2}\n')
  expect((await rows({ path: 'mixed' })).rows).toEqual([{ n: 2 }, { n: 1 }])
  write('own/year=1/a.jsonl', '{"year":2}\n')
  expect((await rows({ path: 'own' })).rows).toEqual([{ year: 2 }])
})

for (const format of ['jsonl', 'csv', 'parquet', 'jsonl.gz'])
  test(`rows go to folders of ${format} by the values of columns, and come back`, async () => {
    write('in.jsonl', '{"y":2025,"k":"a/../b","t":"1"}\n{"y":2026,"k":null,"t":"2"}\n{"y":2025,"k":"a/../b","t":"3"}\n')
    await copy({ path: 'in.jsonl' }, { path: `out/rows.${format}`, partitionBy: ['y', 'k'] })
    expect(filesIn('out')).toEqual([
      `out/y=2025/k=a%2F..%2Fb/rows.${format}`,
      `out/y=2026/k=__HIVE_DEFAULT_PARTITION__/rows.${format}`,
    ])
    expect((await rows({ path: 'out' })).rows).toEqual([
      { t: '1', y: '2025', k: 'a/../b' },
      { t: '3', y: '2025', k: 'a/../b' },
      { t: '2', y: '2026', k: null },
    ])
    const again = copy({ path: 'in.jsonl' }, { path: `out/rows.${format}`, partitionBy: ['y', 'k'] })
    expect(await failure(again)).toMatchObject(says('exists already'))
  })

for (const format of ['jsonl', 'csv', 'parquet', 'jsonl.gz'])
  test(`rows of folders of ${format} are merged by a key, and the folders that no row names stay`, async () => {
    const sink = { path: `out/rows.${format}`, partitionBy: ['y'], mode: 'upsert', key: 'id' } as const
    write('in.jsonl', '{"id":"1","y":"a","t":"old"}\n{"id":"2","y":"a","t":"stays"}\n{"id":"3","y":"b","t":"stays"}\n')
    await copy({ path: 'in.jsonl' }, sink)
    write('in.jsonl', '{"id":"1","y":"a","t":"new"}\n{"id":"4","y":"c","t":"new"}\n')
    for (let turn = 0; turn < 2; turn++) {
      await copy({ path: 'in.jsonl' }, sink)
      expect((await rows({ path: `out/y=*/*.${format}` })).rows).toEqual([
        { id: '2', t: 'stays', y: 'a' },
        { id: '1', t: 'new', y: 'a' },
        { id: '3', t: 'stays', y: 'b' },
        { id: '4', t: 'new', y: 'c' },
      ])
    }
  })

test('a column in the path chooses the file and stays in it; a value never leaves its folder', async () => {
  write(
    'in.jsonl',
    '{"label":"good"}\n{"label":".."}\n{"label":"good"}\n{"label":""}\n{"label":["x"]}\n{"label":"__HIVE_DEFAULT_PARTITION__"}\n',
  )
  const report = await copy({ path: 'in.jsonl' }, { path: 'out/{label}/rows.jsonl' })
  expect(filesIn('out')).toEqual(['out/%2E./rows.jsonl', 'out/good/rows.jsonl'])
  expect(read('out/good/rows.jsonl')).toBe('{"label":"good"}\n{"label":"good"}\n')
  expect(rejectsOf(report).map(([id]) => id)).toEqual(['in.jsonl:4', 'in.jsonl:5', 'in.jsonl:6'])
})

test('a row that a file refuses is rejected, and the others are written once', async () => {
  write('in.jsonl', '{"a":1,"t":"x"}\n{"a":1,"t":null}\n{"a":2,"t":"y"}\n')
  const report = await copy({ path: 'in.jsonl' }, { path: 'out/rows.txt', column: 't', partitionBy: ['a'] })
  expect(rejectsOf(report).map(([id]) => id)).toEqual(['in.jsonl:2'])
  expect([read('out/a=1/rows.txt'), read('out/a=2/rows.txt')]).toEqual(['x\n', 'y\n'])
})

test('columns that no row has and too many files end the run, and nothing is written', async () => {
  write('in.csv', 'a,b\n1,2\n')
  expect(await failure(copy({ path: 'in.csv' }, { path: 'out/{c}.csv' }))).toMatchObject(says('named by "c"'))
  write('many.jsonl', Array.from({ length: 501 }, (_, n) => `{"n":${n}}\n`).join(''))
  const many = copy({ path: 'many.jsonl' }, { path: 'out/{n}.jsonl' })
  expect(await failure(many)).toMatchObject(says('more than 500 files'))
  expect(filesIn('.').filter((file) => file.includes('out/'))).toEqual([])
})

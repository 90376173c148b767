import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { pipeline } from '@maestro-dataflow/core'
import { expect, test } from 'vitest'
import { failure, temporaryProject } from '../__fixtures__/temporary-project.js'

const { write, read, path, project, copy, rows, files } = temporaryProject()
const says = (text: string) => ({ message: expect.stringContaining(text) })

test('rows are appended to text files, whose bytes stay', async () => {
  write('in.jsonl', '{"id":"3","w":"new"}\n')
  write('a.jsonl', '{ "id": "01", "w": 1.0 }\n\n{"id":"2"}')
  await copy({ path: 'in.jsonl' }, { path: 'a.jsonl', mode: 'append' })
  expect(read('a.jsonl')).toBe('{ "id": "01", "w": 1.0 }\n\n{"id":"2"}\n{"id":"3","w":"new"}\n')
  write('a.csv', '\ufeffw,id\r\n"x",01')
  await copy({ path: 'in.jsonl' }, { path: 'a.csv', mode: 'append' })
  expect(read('a.csv')).toBe('\ufeffw,id\r\n"x",01\nnew,3\n')
  write('a.txt', 'one')
  await copy({ path: 'in.jsonl' }, { path: 'a.txt', mode: 'append', column: 'w' })
  expect(read('a.txt')).toBe('one\nnew\n')
  for (let turn = 0; turn < 2; turn++) await copy({ path: 'in.jsonl' }, { path: 'a.jsonl.gz', mode: 'append' })
  expect(gunzipSync(readFileSync(path('a.jsonl.gz'))).toString()).toBe('{"id":"3","w":"new"}\n'.repeat(2))
})

test('rows are appended to files that must know all rows', async () => {
  for (const format of ['json', 'parquet']) {
    write('in.jsonl', '{"id":"1","n":1}\n')
    await copy({ path: 'in.jsonl' }, { path: `a.${format}`, mode: 'append' })
    write('in.jsonl', '{"id":"2","n":9007199254740993,"more":[1]}\n')
    await copy({ path: 'in.jsonl' }, { path: `a.${format}`, mode: 'append' })
    const { rows: found } = await rows({ path: `a.${format}`, columns: ['id', 'more'] })
    expect(found[0]).toMatchObject({ id: '1' })
    expect(found[1]).toEqual({ id: '2', more: [1] })
  }
})

for (const format of ['jsonl', 'csv', 'json', 'parquet', 'tsv.gz'])
  test(`rows of ${format} are merged by a key`, async () => {
    write('in.jsonl', '{"id":"01","w":"a"}\n{"id":"2","w":"b"}\n')
    const sink = { path: `a.${format}`, mode: 'upsert', key: 'id' } as const
    await copy({ path: 'in.jsonl' }, sink)
    write('in.jsonl', '{"id":"2","w":"first"}\n{"id":"3","w":"c"}\n{"id":"2","w":"last"}\n')
    await copy({ path: 'in.jsonl' }, sink)
    expect((await rows({ path: sink.path })).rows).toEqual([
      { id: '01', w: 'a' },
      { id: '3', w: 'c' },
      { id: '2', w: 'last' },
    ])
    expect(files().sort()).toEqual([`a.${format}`, 'in.jsonl', 'rows.out.jsonl'].sort())
  })

test.each(['parquet', 'csv', 'jsonl'])('keys are equal by what they are: %s', async (format) => {
  const upsert = async (values: readonly unknown[], type: 'decimal' | 'unknown', path: string) => {
    const rows = values.map((id, n) => ({ id, n: `${n}` }))
    const given = pipeline('u').from(rows, { columns: { id: type, n: 'string' } })
    await project().run(given.write('fs.file', { path, mode: 'upsert', key: 'id' } as never))
  }
  await upsert(['1.0', '-2.50', '3'], 'decimal', `d.${format}`)
  await upsert(['1.00', '-02.5', '10', '1'], 'decimal', `d.${format}`)
  const { rows: decimals } = await rows({ path: `d.${format}`, columns: ['n'] })
  expect(decimals.map(({ n }) => n)).toEqual(['2', '1', '2', '3'])
  await upsert([2n ** 60n, 1, '01'], 'unknown', `n.${format}`)
  await upsert([2 ** 60, 1n], 'unknown', `n.${format}`)
  const { rows: numbers } = await rows({ path: `n.${format}`, columns: ['n'] })
  expect(numbers.map(({ n }) => n)).toEqual(['2', '0', '1'])
})

test('a file that cannot be merged stays as it is', async () => {
  write('in.jsonl', '{"id":"1","w":"a"}\n')
  const attempt = (sink: object) => failure(copy({ path: 'in.jsonl' }, { path: 'x', ...sink }))
  write('a.jsonl', '{"id":"1"}\nno row\n')
  expect(await attempt({ path: 'a.jsonl', mode: 'upsert', key: 'id' })).toMatchObject(says('No rows can be added'))
  expect(await attempt({ path: 'a.jsonl', mode: 'upsert' })).toMatchObject(says('needs the option `key`'))
  expect(read('a.jsonl')).toBe('{"id":"1"}\nno row\n')
  write('a.csv', 'id\n1\n')
  expect(await attempt({ path: 'a.csv', mode: 'append', columns: ['id', 'w'] })).toMatchObject(
    says('does not contain "w"'),
  )
  write('a.csv', Buffer.from('\ufeffid,w\n', 'utf16le'))
  expect(await attempt({ path: 'a.csv', mode: 'append' })).toMatchObject(says('its text is utf-16le'))
  write('a.csv', Buffer.from('id,w\n1,\xe9\n', 'latin1'))
  expect(await attempt({ path: 'a.csv', mode: 'append' })).toMatchObject(says('its text is not UTF-8'))
  expect(await attempt({ path: 'a.xlsx', mode: 'append' })).toMatchObject(says('would be lost'))
  expect(files().sort()).toEqual(['a.csv', 'a.jsonl', 'in.jsonl'])
})

test('a column that a step adds and the header lacks is refused before the first row, even if the rows may have more columns', async () => {
  write('in.jsonl', '{"id":"1"}\n')
  write('a.csv', 'id\n1\n')
  let calls = 0
  const said = pipeline('said')
    .read('fs.file', { path: 'in.jsonl' })
    .map((row) => ({ ...row, said: ++calls }), { columns: { adds: { said: 'integer' } } })
    .write('fs.file', { path: 'a.csv', mode: 'append' })
  expect(await failure(project().run(said))).toMatchObject(says('does not contain "said"'))
  expect([calls, read('a.csv')]).toEqual([0, 'id\n1\n'])
})

test('a run that rejects a row without a key changes nothing', async () => {
  write('a.jsonl', '{"id":1}\n')
  write('in.jsonl', '{"id":2}\n{"w":"x"}\n')
  expect(await failure(copy({ path: 'in.jsonl' }, { path: 'a.jsonl', mode: 'upsert', key: 'id' }))).toMatchObject(
    says('no usable value'),
  )
  expect(read('a.jsonl')).toBe('{"id":1}\n')
})

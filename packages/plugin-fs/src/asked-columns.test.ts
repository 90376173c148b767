import { pipeline } from '@maestro-dataflow/core'
import { type } from 'arktype'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { failure, temporaryProject } from './__fixtures__/temporary-project.js'

const { write, read, rows, copy, project } = temporaryProject()

const cells = (delimiter: string) =>
  ['id,t,private', '1,a,x', '2,b,y'].map((line) => `${line.replaceAll(',', delimiter)}\n`).join('')
const objects = [
  { id: '1', t: 'a', private: 'x' },
  { private: 'y', t: 'b', id: '2', 'more of it': { deep: true } },
]
const files = {
  'in.csv': cells(','),
  'in.tsv': cells('\t'),
  'in.json': JSON.stringify(objects),
  'in.jsonl': objects.map((row) => `${JSON.stringify(row)}\n`).join(''),
}
const asked = [
  { id: '1', t: 'a' },
  { id: '2', t: 'b' },
]

test.each(Object.entries(files))('only the columns that are asked for are read from %s', async (path, content) => {
  write(path, content)
  for (const columns of [['id', 't'], { id: 'string', t: 'string' }] as const) {
    expect(await rows({ path, columns } as never)).toEqual({ rows: asked, rejects: [] })
    const { counts } = await copy({ path, columns } as never, { path: 'out.csv', mode: 'overwrite' })
    expect(counts).toMatchObject({ rowsOut: 2, rejected: 0 })
    expect(read('out.csv')).toBe('id,t\n1,a\n2,b\n')
  }
})

test.each(Object.entries(files))('the key of %s is read for the ids and is not a column', async (path, content) => {
  write(path, content)
  const source = { path, columns: ['t'], key: 'id' } as const
  expect((await rows(source)).rows).toEqual([{ t: 'a' }, { t: 'b' }])
  await copy(source, { path: 'out.csv' })
  expect(read('out.csv')).toBe('t\na\nb\n')
  const twice = await rows({ ...source, key: 't', columns: ['t'] })
  expect(twice.rows).toEqual([{ t: 'a' }, { t: 'b' }])
})

test('columns of a table without a header are chosen by their names', async () => {
  write('in.csv', '1,a,x\n2,b,y\n')
  const source = { path: 'in.csv', header: ['id', 't', 'private'], columns: ['t'] } as const
  expect((await rows(source)).rows).toEqual([{ t: 'a' }, { t: 'b' }])
})

test('columns keep their places where records are short, and whatever their names', async () => {
  write('in.csv', 'x,2021,__proto__,2020\n1,2,3,4\n1,2\n')
  const { rows: found } = await rows({ path: 'in.csv', columns: ['2021', '__proto__', '2020'] })
  expect(found.map((row) => Object.entries(row))).toEqual([
    [
      ['2020', '4'],
      ['2021', '2'],
      ['__proto__', '3'],
    ],
    [['2021', '2']],
  ])
  await copy({ path: 'in.csv', columns: ['2021', '2020'] }, { path: 'out.csv' })
  expect(read('out.csv')).toBe('2021,2020\n2,4\n2,\n')
})

test('the rows of texts have the columns that are asked for', async () => {
  write('a.md', 'hello\n')
  expect((await rows({ path: 'a.md', columns: ['text'] })).rows).toEqual([{ text: 'hello\n' }])
  const wrong = await failure(rows({ path: 'a.md', columns: ['txt'] }))
  expect(wrong).toMatchObject({ message: expect.stringContaining('txt') })
})

test('a schema decides about the columns, whether or not its library leaves out others', async () => {
  write('in.jsonl', files['in.jsonl'])
  const closed = [z.object({ id: z.string(), t: z.string() }), type({ id: 'string', t: 'string' })]
  for (const schema of closed) {
    expect((await rows({ path: 'in.jsonl', schema })).rows).toEqual(asked)
    const { counts } = await copy({ path: 'in.jsonl', schema }, { path: 'out.csv', mode: 'overwrite' })
    expect(counts).toMatchObject({ rowsOut: 2, rejected: 0 })
  }
  const open = z.looseObject({ id: z.string() })
  expect((await rows({ path: 'in.jsonl', schema: open })).rows).toEqual(objects)
})

test('a column that no row has is accepted in a file whose keys are optional', async () => {
  write('in.jsonl', '{"id":1}\n{"id":2}\n')
  const schema = z.object({ id: z.number(), note: z.string().optional() })
  expect((await rows({ path: 'in.jsonl', schema })).rows).toHaveLength(2)
  expect((await rows({ path: 'in.jsonl', columns: ['id', 'note'] })).rows).toHaveLength(2)
})

test('the table of a CSV file has the columns of all rows, of which some come late', async () => {
  const lines = Array.from({ length: 60 }, (_, n) => JSON.stringify(n % 3 === 0 ? { n, note: 'x' } : { n }))
  write('in.jsonl', `${lines.join('\n')}\n`)
  const { counts } = await copy({ path: 'in.jsonl' }, { path: 'out.csv' })
  expect(counts).toMatchObject({ rowsIn: 60, rowsOut: 60, rejected: 0 })
  expect(read('out.csv').split('\n')[0]).toBe('n,note')
})

test('the columns are those of a step after the source, too', async () => {
  write('in.csv', files['in.csv'])
  const built = pipeline('p')
    .read('fs.file', { path: 'in.csv', columns: ['id', 't'] })
    .map((row) => ({ ...row, long: row.t.length }))
    .write('fs.file', { path: 'out.jsonl' })
  await project().run(built)
  expect(read('out.jsonl')).toBe('{"id":"1","t":"a","long":1}\n{"id":"2","t":"b","long":1}\n')
})

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { temporaryProject } from './__fixtures__/temporary-project.js'

// JavaScript moves members that are called like whole numbers to the front.

const { write, copy, path } = temporaryProject()
const given = 'country,2021,2020,name\nA,1,2,n\nB,3,4,m\n'
const csvOf = async (name: string) => {
  await copy({ path: name }, { path: 'back.csv', mode: 'overwrite' })
  return readFileSync(path('back.csv'), 'utf8')
}

test.each(['a.parquet', 'a.arrow', 'a.xlsx', 'a.json', 'a.jsonl', 'a.tsv'])(
  'columns that are called like whole numbers keep their places: %s',
  async (name) => {
    write('in.csv', given)
    await copy({ path: 'in.csv' }, { path: name })
    expect(await csvOf(name)).toBe(given)
  },
)

test.each(['a.parquet', 'a.arrow', 'a.csv'])('they keep their places when rows are added: %s', async (name) => {
  write('in.csv', given)
  await copy({ path: 'in.csv' }, { path: name })
  await copy({ path: 'in.csv' }, { path: name, mode: 'append' })
  expect(await csvOf(name)).toBe(`${given}A,1,2,n\nB,3,4,m\n`)
})

test('they keep their places in partitions, and with types as in the file', async () => {
  write('in.csv', given)
  await copy({ path: 'in.csv' }, { path: 'out/part.csv', partitionBy: ['country'] })
  expect(readFileSync(path('out/country=A/part.csv'), 'utf8')).toBe('2021,2020,name\n1,2,n\n')
  await copy(
    { path: 'in.csv', columns: { name: 'string', '2020': 'integer', '2021': 'integer' } },
    { path: 'typed.csv' },
  )
  expect(readFileSync(path('typed.csv'), 'utf8')).toBe('2021,2020,name\n1,2,n\n3,4,m\n')
})

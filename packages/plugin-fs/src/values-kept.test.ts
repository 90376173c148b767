import { pipeline, type Row, rowFromEntries } from '@maestro-dataflow/core'
import { describe, expect, test } from 'vitest'
import { failure, rejectsOf, temporaryProject } from './__fixtures__/temporary-project.js'

const { write, read, copy, rows, project } = temporaryProject()

/** Writes rows to a file and reads them again. */
async function roundTrip(given: readonly Row[], path: string, columns?: Record<string, 'number' | 'integer'>) {
  const sink = { path, mode: 'overwrite' } as const
  const report = await project().run(pipeline('write').from(given).write('fs.file', sink))
  const source = pipeline('read').read('fs.file', { path, ...(columns === undefined ? {} : { columns }) })
  return { back: (await Array.fromAsync(project().rows(source))) as Row[], rejects: rejectsOf(report) }
}

describe('numbers', () => {
  const numbers = [6.4e18, -0, 0, 1e21, 5e-324, 1.7976931348623157e308, 9007199254740991, 0.1]

  test.each(['out.jsonl', 'out.json'])('come back as the numbers that they are: %s', async (path) => {
    const { back } = await roundTrip(
      numbers.map((n) => ({ n, list: [n] })),
      path,
    )
    for (const [index, row] of back.entries()) {
      expect(row.n).toBe(numbers[index])
      expect(row.list).toStrictEqual([numbers[index]])
    }
  })

  test.each(['out.csv', 'out.tsv'])('and through typed cells: %s', async (path) => {
    const { back } = await roundTrip(
      numbers.map((n) => ({ n })),
      path,
      { n: 'number' },
    )
    for (const [index, row] of back.entries()) expect(row.n).toBe(numbers[index])
  })

  test('an integer that a number cannot hold is not read as a number', async () => {
    write('in.csv', 'n\n9007199254740993\n9007199254740992\n10000000000000000000000\n')
    expect((await rows({ path: 'in.csv', columns: { n: 'number' } })).rejects.map(([id]) => id)).toEqual(['in.csv:2'])
    write('in.json', '[{"n":9007199254740993},{"n":9007199254740992}]')
    expect((await rows({ path: 'in.json', columns: { n: 'number' } })).rejects.map(([id]) => id)).toEqual(['in.json:1'])
  })
})

describe('columns that are called like numbers', () => {
  const text = 'country,2021,2020,name\nNO,1,2,x\nSE,3,4,y\n'

  test('keep their place through every format', async () => {
    write('in.csv', text)
    let before = 'in.csv'
    for (const path of ['a.jsonl', 'b.json', 'c.tsv', 'd.csv']) {
      await copy({ path: before }, { path })
      before = path
    }
    expect(read('a.jsonl').split('\n')[0]).toBe('{"country":"NO","2021":"1","2020":"2","name":"x"}')
    expect(read('d.csv')).toBe(text)
  })

  test('and from rows in code whose columns the plan knows', async () => {
    const row = rowFromEntries([
      ['country', 'NO'],
      ['2021', { deep: 1 }],
      ['2020', 2],
    ])
    await project().run(pipeline('p').from([row]).write('fs.file', { path: 'out.csv' }))
    expect(read('out.csv')).toBe('country,2021,2020\nNO,"{""deep"":1}",2\n')
    const changed = pipeline('p')
      .from([row])
      .map((found) => ({ ...found, more: 1 }))
    await project().run(changed.write('fs.file', { path: 'more.csv' }))
    expect(read('more.csv')).toBe('country,2021,2020,more\nNO,"{""deep"":1}",2,1\n')
  })

  test('and through a function that adds a column', async () => {
    write('in.csv', text)
    const built = pipeline('p').read('fs.file', { path: 'in.csv' })
    await project().run(built.map((row) => ({ ...row, more: 1 })).write('fs.file', { path: 'out.csv' }))
    expect(read('out.csv')).toBe('country,2021,2020,name,more\nNO,1,2,x,1\nSE,3,4,y,1\n')
  })
})

describe('half a character', () => {
  const half = 'Great job😀'.slice(0, 10)

  test('is kept in JSON, which has an escape for it', async () => {
    for (const path of ['out.jsonl', 'out.json']) expect((await roundTrip([{ half }], path)).back).toEqual([{ half }])
  })

  test.each(['out.csv', 'out.tsv', 'out.txt'])(
    'is refused with its row where it cannot be written: %s',
    async (path) => {
      const { rejects } = await roundTrip([{ text: 'a' }, { text: half }, { text: 'b' }], path)
      expect(rejects).toEqual([['rows:2', expect.stringContaining('half a character')]])
      expect(read(path)).toContain('b')
    },
  )
})

describe('a JSON list', () => {
  test.each([
    ['[{"a":1} {"a":2}]', 'a comma is missing'],
    ['[{"a":1},,{"a":2}]', 'an item is missing before ","'],
    ['[{"a":1},]', 'an item is missing after ","'],
    ['[,{"a":1}]', 'an item is missing before ","'],
    ['[1 2]', 'a comma is missing'],
  ])('%s', async (text, reason) => {
    write('in.json', text)
    expect(await failure(rows({ path: 'in.json' }))).toMatchObject({ message: expect.stringContaining(reason) })
  })
})

test('a value that is nested too deep rejects its row alone', async () => {
  const deep = (levels: number) => JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`) as unknown
  const { back, rejects } = await roundTrip([{ v: 1 }, { v: deep(100_000) }, { v: 2 }], 'out.jsonl')
  expect(back.map(({ v }) => v)).toEqual([1, 2])
  expect(rejects.map(([id]) => id)).toEqual(['rows:2'])
})

describe('messages', () => {
  test('a header of another encoding says to set it', async () => {
    write('in.csv', Buffer.from('na\xefme,b\n1,2\n', 'latin1'))
    expect(await failure(rows({ path: 'in.csv' }))).toMatchObject({
      message: expect.stringContaining('Set `encoding`'),
    })
  })

  test('a file that only has the name of a workbook is named, with the reason', async () => {
    write('in.xlsx', 'PK')
    const { message } = (await failure(rows({ path: 'in.xlsx' }))) as Error
    expect(message).toContain('in.xlsx')
    expect(message).toContain('it is no .xlsx file')
  })
})

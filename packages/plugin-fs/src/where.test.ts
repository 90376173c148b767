import { pipeline } from '@maestro-dataflow/core'
import { describe, expect, test } from 'vitest'
import { rejectsOf, temporaryProject } from './__fixtures__/temporary-project.js'
import { openFiles } from './file-source.js'

const { write, path, project } = temporaryProject()

test('a record that cannot be read stands behind the matching rows before it', async () => {
  write('in.jsonl', ['{"n":1}', '{"n":9}', 'broken', '{"n":2}', '{"n":8}', 'broken too', '{"n":7}'].join('\n'))
  const project = { directory: path('.'), allowOutside: false }
  const reader = await openFiles({ path: 'in.jsonl', where: { n: { min: 5 } } }, project)
  const batches = await Array.fromAsync(reader.read())
  expect(batches.flatMap(({ ids }) => ids)).toEqual(['in.jsonl:2', 'in.jsonl:5', 'in.jsonl:7'])
  expect(batches.flatMap(({ rejects = [] }) => rejects.map(({ id, after }) => [id, after]))).toEqual([
    ['in.jsonl:3', 1],
    ['in.jsonl:6', 2],
  ])
})

describe.each(['parquet', 'arrow', 'jsonl', 'csv'])('conditions compare values by their types: %s', (ending) => {
  const columns = { price: 'decimal', word: 'string' } as const
  const prices = ['10.50', '9', '-1.25', null, '9.00', '1e1']
  const words = ['a', '😀', '\ue000', 'b', null, 'é']
  const rows = prices.map((price, index) => ({ price, word: words[index] ?? null }))

  test.each([
    [{ price: { min: '9.5' } }, [0, 5]],
    [{ price: { max: 9 } }, [1, 2, 4]],
    [{ price: '10.5' }, [0]],
    [{ price: { oneOf: [9, '10.0'] } }, [1, 4, 5]],
    [{ price: { not: '9.0' } }, [0, 2, 3, 5]],
    [{ price: null }, [3]],
    [{ word: { min: '\ue000' } }, [1, 2]],
    [{ word: { max: '\uffff', min: 'b' } }, [2, 3, 5]],
  ])('%j', async (where, expected) => {
    const file = `a.${ending}`
    // Parquet and Arrow have no exponents.
    const given = rows.map((row) => (row.price === '1e1' ? { ...row, price: '10.0' } : row))
    const options = ['parquet', 'arrow'].includes(ending) ? { rowGroup: 1 } : {}
    await project().run(
      pipeline('w')
        .from(given, { columns })
        .write('fs.file', { path: file, ...options } as never),
    )
    const read = pipeline('r').read('fs.file', { path: file, columns, where } as never)
    const found: { word: unknown }[] = await Array.fromAsync(project().rows(read) as never)
    expect(found.map(({ word }) => words.indexOf(word === '' ? null : (word as never)))).toEqual(expected)
  })
})

describe('conditions on values of another type', () => {
  const read = (path: string, where: object, options: object = {}) =>
    Array.fromAsync(project().rows(pipeline('r').read('fs.file', { path, where, ...options } as never)))

  test.each([
    ['a.csv', 'n\n5\n', { n: { min: 3 } }, {}, /"n" is compared with number 3, but its type is string/],
    ['b.csv', 'n\n5\n', { n: 5 }, { columns: ['n'] }, /"n" is compared with number 5/],
    [
      'c.csv',
      'n\n5\n',
      { n: { oneOf: ['5'] } },
      { columns: { n: 'integer' } },
      /the text "5", but its type is integer/,
    ],
    ['d.csv', 'n\n5\n', { n: { max: '5' } }, { columns: 'infer' }, /the text "5", but its type is integer/],
    [
      'e.jsonl',
      '{"n":"5"}\n',
      { n: { not: true } },
      { columns: { n: 'string' } },
      /boolean true, but its type is string/,
    ],
  ])('%s: a column of a known type is not compared', async (name, text, where, options, message) => {
    write(name, text)
    await expect(read(name, where, options)).rejects.toThrow(message)
  })

  test('dates of data are texts', async () => {
    write('days.csv', 'day\n2026-01-01\n2026-02-01\n')
    const found = await read('days.csv', { day: { min: '2026-01-15' } }, { columns: { day: 'date' } })
    expect(found).toEqual([{ day: new Date('2026-02-01') }])
  })

  test('a value without a known type that has no order with a bound rejects its row', async () => {
    write('in.jsonl', '{"n":1}\n{"n":"5"}\n{"n":7}\n{"n":null}\n{}\n{"n":[9]}\n{"n":9}\n')
    const report = await project().run(
      pipeline('w')
        .read('fs.file', { path: 'in.jsonl', where: { n: { min: 3 } } } as never)
        .write('fs.file', { path: 'out.jsonl' }),
    )
    expect(report.counts).toMatchObject({ rowsOut: 2, rejected: 2 })
    expect(rejectsOf(report)).toEqual([
      ['in.jsonl:2', expect.stringContaining('"n" is the text "5", which `where` compares with number 3')],
      ['in.jsonl:6', expect.stringContaining('"n" is a list of 1')],
    ])
  })
})

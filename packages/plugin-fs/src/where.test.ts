import { pipeline } from '@maestro-dataflow/core'
import { describe, expect, test } from 'vitest'
import { temporaryProject } from './__fixtures__/temporary-project.js'
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

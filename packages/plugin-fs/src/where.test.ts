import { expect, test } from 'vitest'
import { temporaryProject } from './__fixtures__/temporary-project.js'
import { openFiles } from './file-source.js'

const { write, path } = temporaryProject()

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

import { expectTypeOf, test } from 'vitest'
import type { PipelineDefinition } from '../contracts/pipeline-definition.js'
import { definePipeline, type PipelineData } from './define-pipeline.js'

test('a pipeline as data: names and options are checked when the plan is made', () => {
  const definition = definePipeline({
    name: 'clean',
    read: { use: 'fs.file', path: 'data/in.csv' },
    steps: [
      { use: 'table.filter', where: "country = 'CN'", id: 'chinese' },
      { use: 'table.sort', by: 'id', after: 'chinese', onError: 'fail' },
    ],
    write: [
      { use: 'fs.file', path: 'out/cn.jsonl' },
      { use: 'fs.file', path: 'out/all.jsonl', after: 'source' },
    ],
  })
  expectTypeOf(definition).toEqualTypeOf<PipelineDefinition>()
  definePipeline({ name: 'copy', read: { use: 'fs.file' }, write: { use: 'fs.file' } })
})

test('its frame is typed', () => {
  // @ts-expect-error no name
  definePipeline({ read: { use: 'fs.file' } })
  // @ts-expect-error nothing to read from
  definePipeline({ name: 'x' })
  // @ts-expect-error a step says what it uses
  definePipeline({ name: 'x', read: { use: 'fs.file' }, steps: [{ where: 'a > 1' }] })
  // @ts-expect-error a misspelt part
  definePipeline({ name: 'x', read: { use: 'fs.file' }, step: [] })
  // @ts-expect-error no such way to take errors
  definePipeline({ name: 'x', read: { use: 'fs.file' }, steps: [{ use: 'a', onError: 'skip' }] })
  // In a file of data parameters have a default, or null: a value is required.
  expectTypeOf<{ day: null; limit: 10 }>().toExtend<NonNullable<PipelineData['params']>>()
  expectTypeOf<{ day: { nested: true } }>().not.toExtend<NonNullable<PipelineData['params']>>()
})

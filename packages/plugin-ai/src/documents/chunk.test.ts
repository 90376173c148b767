import { pipeline } from '@maestro-dataflow/core'
import { MemoryStorage, maestro } from '@maestro-dataflow/core/runtime'
import { expect, test } from 'vitest'
import ai from '../plugin.js'
import { TextChunker } from './chunk.js'

test('a row for each chunk, in place of the text; offsets lead back to it', async () => {
  const storage = new MemoryStorage([{ id: 1, text: 'One. Two.' }])
  const chunker = new TextChunker({ input: 'text', method: 'sentence', size: 5 })
  expect(chunker.columns).toEqual({
    reads: ['text'],
    adds: { text: 'string', text_index: 'integer', text_start: 'integer', text_end: 'integer' },
  })
  await chunker.run(storage)
  expect(await storage.rows()).toEqual([
    { id: 1, text: 'One.', text_index: 0, text_start: 0, text_end: 4 },
    { id: 1, text: 'Two.', text_index: 1, text_start: 5, text_end: 9 },
  ])
})

test('in a pipeline, under a name of its own; a row without a text is rejected', async () => {
  const asked = pipeline('p')
    .from([{ doc: '# A\nb' }, { doc: null }])
    .step('ai.chunk', { input: 'doc', method: 'markdown', output: 'chunk' })
  const preview = await maestro({ plugins: [ai] }).preview(asked, 2)
  expect(preview.steps.at(-1)?.rows.map(({ row }) => row)).toEqual([
    { doc: '# A\nb', chunk: '# A\nb', chunk_index: 0, chunk_start: 0, chunk_end: 5, chunk_headings: ['A'] },
  ])
  expect(preview.rejects).toMatchObject([{ error: { code: 'MAESTRO_AI_EMPTY_INPUT' } }])
})

test('an overlap that is not smaller than the size is an error, alone and in the plan', async () => {
  expect(() => new TextChunker({ input: 'text', size: 10, overlap: 10 })).toThrow(
    expect.objectContaining({ code: 'MAESTRO_AI_OPTIONS', message: expect.stringContaining('overlap: it must be') }),
  )
  const asked = pipeline('p')
    .from([{ text: 'a' }])
    .step('ai.chunk', { input: 'text', size: 10, overlap: 20 })
  await expect(maestro({ plugins: [ai] }).preview(asked)).rejects.toThrow('it must be smaller than `size`')
})

test('the page of each chunk, by where pages begin; a row that does not say so is rejected', async () => {
  const asked = pipeline('p')
    .from([
      { text: 'One. Two. Three.', starts: [0, 5] as unknown },
      { text: 'One.', starts: 'first' },
    ])
    .step('ai.chunk', { input: 'text', method: 'sentence', size: 6, pages: 'starts' })
    .map((row) => ({ text: row.text, page: row.text_page }))
  const preview = await maestro({ plugins: [ai] }).preview(asked, 2)
  expect(preview.steps.at(-1)?.rows.map(({ row }) => row)).toEqual([
    { text: 'One.', page: 1 },
    { text: 'Two.', page: 2 },
    { text: 'Three.', page: 2 },
  ])
  expect(preview.rejects).toMatchObject([{ error: { code: 'MAESTRO_AI_PAGES' } }])
})

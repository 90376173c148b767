import { pipeline } from '@maestro-dataflow/core'
import { MemoryStorage, maestro } from '@maestro-dataflow/core/runtime'
import { scriptedEmbeddings } from '@maestro-dataflow/testkit'
import { describe, expect, test } from 'vitest'
import ai from '../plugin.js'
import { TextMatcher, type TextMatcherOptions } from './match.js'

const vectors = { sea: [0, 1], mountain: [1, 0], 'q: sea': [1, 0] }

test('the nearest of some texts, or null with an outcome; the texts are embedded once', async () => {
  const embedder = scriptedEmbeddings({ dimensions: 2, vectors })
  // Not of length 1: the match is by the cosine and not by the length.
  const storage = new MemoryStorage(
    [
      [0, 0.1],
      [9, 1],
      [-1, -1],
      [0, 0],
    ].map((embedding) => ({ embedding })),
  )
  const matcher = new TextMatcher({ embedder, input: 'embedding', references: ['sea', 'mountain'] })
  await matcher.run(storage)
  const found = (await storage.rows()).map((row) => [row.match, row.match_outcome])
  expect(found).toEqual([
    ['sea', 'matched'],
    ['mountain', 'matched'],
    [null, 'below-threshold'],
    [null, 'below-threshold'],
  ])
  expect((await storage.rows()).at(-1)?.match_score).toBe(0)
  expect(embedder.requests).toEqual([['sea', 'mountain']])
})

test('rows of another source, by a column of vectors or of texts', async () => {
  const places = [
    { id: 1, name: 'sea', at: [0, 2] },
    { id: 2, name: 'mountain', at: [2, 0] },
  ]
  const storage = new MemoryStorage([{ embedding: [0, 1] }])
  await new TextMatcher({ input: 'embedding', references: places, on: 'at', output: 'place' }).run(storage)
  expect(await storage.rows()).toEqual([
    { embedding: [0, 1], place: places[0], place_score: 1, place_outcome: 'matched' },
  ])
  const project = maestro({ plugins: [ai], servings: { embedder: scriptedEmbeddings({ dimensions: 2, vectors }) } })
  const asked = pipeline('p')
    .from([{ embedding: [0, 1] }])
    .step('ai.match', { input: 'embedding', references: places, on: 'name', threshold: 0.9 })
    .step('ai.match', { input: 'embedding', references: ['sea'], prefix: 'q: ', output: 'other' })
  const [row] = await Array.fromAsync(project.rows(asked))
  expect(row).toMatchObject({ match: { id: 1 }, match_score: 1, other: null, other_score: 0 })
})

test('references of other dimensions reject the row', async () => {
  const storage = new MemoryStorage([{ embedding: [0, 1, 0] }, { embedding: [0, 1] }])
  const { rejected } = await new TextMatcher({
    input: 'embedding',
    references: [{ v: [1, 1] }],
    on: 'v',
  }).run(storage)
  expect(rejected).toMatchObject([{ error: { code: 'MAESTRO_AI_DIMENSIONS', details: { one: 3, other: 2 } } }])
})

describe('options', () => {
  const embedder = scriptedEmbeddings()
  test.each<[Omit<TextMatcherOptions, 'input'>, string]>([
    [{ references: [], embedder }, 'at least one reference'],
    [{ references: ['a', ''], embedder }, 'a reference is empty'],
    [{ references: ['a'] }, 'an embedder'],
    [{ references: [{ a: 1 }], embedder }, '`on` is expected'],
    [{ references: [{ a: [1] }, { a: 1 }], on: 'a', embedder }, 'column "a" of reference 2'],
    [{ references: ['a', { a: 'b' }] as never, on: 'a', embedder }, 'texts and rows'],
  ])('%j', (options, reason) => {
    expect(() => new TextMatcher({ input: 'embedding', ...options })).toThrow(
      expect.objectContaining({ code: 'MAESTRO_AI_OPTIONS', message: expect.stringContaining(reason) }),
    )
  })

  test('they are faults of the plan', async () => {
    const asked = pipeline('p')
      .from([{ embedding: [1] }])
      .step('ai.match', { input: 'embedding', references: [] })
    await expect(maestro({ plugins: [ai] }).preview(asked)).rejects.toThrow('at least one reference')
  })
})

import { pipeline } from '@maestro-dataflow/core'
import { MemoryStorage, maestro } from '@maestro-dataflow/core/runtime'
import { scriptedEmbeddings } from '@maestro-dataflow/testkit'
import { describe, expect, test } from 'vitest'
import ai from '../plugin.js'
import type { Metric } from './metrics.js'
import { SimilarityCalculator, type SimilarityCalculatorOptions } from './similarity.js'

const of = (...parts: number[]) => Float32Array.from(parts)

async function scored(rows: readonly object[], options: Partial<SimilarityCalculatorOptions>) {
  const storage = new MemoryStorage(rows as never)
  const { rejected } = await new SimilarityCalculator({ input: 'a', ...options }).run(storage)
  return { scores: (await storage.rows()).map(({ similarity }) => similarity), rejected }
}

test.each<[metric: Metric, scores: readonly number[]]>([
  ['cosine', [1, 0, -1, 0]],
  ['dot', [2, 0, -6, 0]],
  ['l2', [1, Math.hypot(1, 5), 5, 1]],
])('%s of two columns; a zero vector is near to nothing, and never NaN', async (metric, expected) => {
  const pairs = [
    [of(1, 0), [2, 0]],
    [of(1, 0), of(0, 5)],
    [of(0, 2), of(0, -3)],
    [of(0, 0), of(1, 0)],
  ]
  const { scores } = await scored(
    pairs.map(([a, b]) => ({ a, b })),
    { input: undefined, inputs: ['a', 'b'], metric },
  )
  for (const [index, score] of scores.entries()) expect(score).toBeCloseTo(expected[index] ?? Number.NaN, 6)
})

test('a reference text is embedded once, after its prefix; a vector is taken as it is', async () => {
  const embedder = scriptedEmbeddings({ dimensions: 2, vectors: { 'query: sea': [0, 3] } })
  const rows = [{ a: of(0, 1) }, { a: of(1, 0) }]
  expect((await scored(rows, { reference: 'sea', prefix: 'query: ', embedder })).scores).toEqual([1, 0])
  expect(embedder.requests).toEqual([['query: sea']])
  expect((await scored(rows, { reference: [0, 9] })).scores).toEqual([1, 0])
})

test('a value that is not a vector, or has other dimensions, rejects its row with an error that names both', async () => {
  const { scores, rejected } = await scored(
    [{ a: of(1, 0) }, { a: 'text' }, { a: [] }, { a: [Number.NaN, 1] }, { a: [1, 2, 3] }, {}],
    { reference: [1, 0] },
  )
  expect(scores).toEqual([1])
  expect(rejected.map(({ error }) => error.message).toSorted()).toEqual([
    'Column "a" does not hold a vector: it holds a list with a value that is not a finite number.',
    'Column "a" does not hold a vector: it holds a value of type string.',
    'Column "a" does not hold a vector: it holds an empty list.',
    'Column "a" does not hold a vector: it holds nothing.',
    'Vectors of 3 and 2 dimensions cannot be compared.',
  ])
})

test('a call that failed is made again for the next row', async () => {
  const calls: unknown[] = []
  const embeddings = scriptedEmbeddings({ dimensions: 1, vectors: { sea: [1] } })
  const serving = {
    ...embeddings,
    embed: (...call: Parameters<typeof embeddings.embed>) => {
      calls.push(call)
      if (calls.length === 1) throw new TypeError('no socket')
      return embeddings.embed(...call)
    },
  }
  const calculator = new SimilarityCalculator({ input: 'a', reference: 'sea', embedder: serving })
  const context = { rowId: '1', signal: new AbortController().signal, step: 's', run: 'r' }
  await expect(calculator.map({ a: of(1) }, context)).rejects.toMatchObject({ code: 'MAESTRO_SERVING_FAILED' })
  expect(await calculator.map({ a: of(1) }, context)).toMatchObject({ similarity: 1 })
})

describe('options', () => {
  test.each<[Partial<SimilarityCalculatorOptions>, string]>([
    [{}, '`reference` is missing; set it or `inputs`'],
    [{ inputs: ['a', 'b'] }, 'input: it cannot be given together with `inputs`'],
    [
      { input: undefined, inputs: ['a', 'b'], reference: 'sea' },
      'inputs: it cannot be given together with `reference`',
    ],
    [{ reference: 'sea' }, 'an embedder'],
  ])('%j', (options, reason) => {
    expect(() => new SimilarityCalculator({ input: 'a', ...options })).toThrow(
      expect.objectContaining({ code: 'MAESTRO_AI_OPTIONS', message: expect.stringContaining(reason) }),
    )
  })

  test('in a pipeline: vectors alone need no embedder, and a column of texts is a fault of the plan', async () => {
    const rows = pipeline('p').from([{ text: 'sea', a: of(1, 0) }])
    const near = rows.step('ai.similarity', { input: 'a', reference: [1, 0], output: 'near' })
    expect(await Array.fromAsync(maestro({ plugins: [ai] }).rows(near))).toMatchObject([{ near: 1 }])
    const preview = maestro({ plugins: [ai] }).preview(rows.step('ai.similarity', { inputs: ['text', 'a'] }))
    await expect(preview).rejects.toThrow('Column "text" does not hold a vector: its type is string.')
    const asked = rows.step('ai.similarity', { input: 'a', reference: 'sea' })
    await expect(maestro({ plugins: [ai] }).preview(asked)).rejects.toThrow('embedder')
    const servings = { embedder: scriptedEmbeddings({ dimensions: 2, vectors: { sea: [0, 1] } }) }
    expect(await Array.fromAsync(maestro({ plugins: [ai], servings }).rows(asked))).toMatchObject([{ similarity: 0 }])
  })
})

import { expect, test } from 'vitest'
import { createMemoryCache } from '../builtin/memory-cache.js'
import type { RequestDoneEvent } from '../contracts/events.js'
import type { EmbeddingResult, EmbeddingServing } from '../contracts/serving.js'
import { EnhancedEmbeddingServing } from './enhanced-embedding-serving.js'
import { ServingPlane } from './serving-plane.js'

/** Vectors of three numbers that depend on the text alone. */
const vectorOf = (text: string) => Float32Array.from([text.length, text.charCodeAt(0) || 0, 0.1])

function embedding(
  more: Partial<EmbeddingServing> = {},
  change: (result: EmbeddingResult) => EmbeddingResult = (r) => r,
) {
  const calls: (readonly string[])[] = []
  const provider: EmbeddingServing = {
    kind: 'embedding',
    name: 'vectors',
    identity: { model: 'v1' },
    price: { input: 1e6 },
    batchSize: 4,
    async embed(texts) {
      calls.push(texts)
      const usage = { inputTokens: texts.join('').length, outputTokens: 0 }
      return change({ vectors: texts.map(vectorOf), usage, model: 'v1' })
    },
    ...more,
  }
  const events: RequestDoneEvent[] = []
  const plane = new ServingPlane({
    cache: createMemoryCache(),
    observer: { requestDone: (event) => events.push(event) },
  })
  return { serving: new EnhancedEmbeddingServing(provider, { plane, settings: { retries: 0 } }), calls, events }
}

test('vectors in the order of the texts, in calls of as many as the provider takes', async () => {
  const { serving, calls } = embedding()
  const texts = ['a', 'bb', 'ccc', '很好', '👍', 'f']
  const { vectors, usage, cost } = await serving.embed(texts)
  expect(vectors).toEqual(texts.map(vectorOf))
  expect(calls).toEqual([texts.slice(0, 4), texts.slice(4)])
  expect(usage.inputTokens).toBe(texts.join('').length)
  expect(cost).toBeCloseTo(usage.inputTokens)
  expect(serving.dimensions).toBe(3)
})

test('texts that take several calls count no retry', async () => {
  const { serving, events } = embedding()
  await serving.embed(['a', 'bb', 'ccc', 'dddd', 'eeeee', 'ffffff', 'ggggggg', 'h', 'ii'])
  expect(events.map(({ calls, tries }) => [calls, tries])).toEqual([[3, 3]])
})

test('one new text among known ones costs one; equal ones are asked for once', async () => {
  const { serving, calls, events } = embedding()
  await serving.embed(['a', 'b', 'c'])
  const { vectors, usage } = await serving.embed(['c', 'new', 'a', 'new', 'b'])
  expect(vectors).toEqual(['c', 'new', 'a', 'new', 'b'].map(vectorOf))
  expect(calls[1]).toEqual(['new'])
  expect(usage.inputTokens).toBe(3)
  await serving.embed(['a'])
  expect(calls).toHaveLength(2)
  expect(events.map(({ from }) => from)).toEqual(['provider', 'provider', 'cache'])
  expect(events[2]?.saved).toEqual({ usage: { inputTokens: 1, outputTokens: 0 }, cost: 1 })
})

test('a text that another call is asking for just now is waited for', async () => {
  const { serving, calls } = embedding()
  const [one, other] = await Promise.all([serving.embed(['a', 'b']), serving.embed(['b', 'c'])])
  expect(one.vectors).toEqual(['a', 'b'].map(vectorOf))
  expect(other.vectors).toEqual(['b', 'c'].map(vectorOf))
  expect(calls).toEqual([['a', 'b'], ['c']])
})

test('when that other call fails, the text is asked for again', async () => {
  let turn = 0
  const { serving, calls } = embedding({}, (result) => {
    if (turn++ === 0) throw new TypeError('broken')
    return result
  })
  const [one, other] = await Promise.allSettled([serving.embed(['a', 'b']), serving.embed(['b', 'c'])])
  expect(one.status).toBe('rejected')
  expect(other).toMatchObject({ status: 'fulfilled', value: { vectors: ['b', 'c'].map(vectorOf) } })
  expect(calls.at(-1)).toEqual(['b'])
})

test('fewer vectors than texts, and vectors of another dimension, are no answer', async () => {
  const fewer = embedding({}, (result) => ({ ...result, vectors: result.vectors.slice(1) }))
  await expect(fewer.serving.embed(['a', 'b'])).rejects.toMatchObject({
    code: 'MAESTRO_SERVING_UNEXPECTED_REPLY',
    message: expect.stringContaining('1 vectors for 2 texts'),
  })
  let length = 3
  const other = embedding({}, (result) => ({ ...result, vectors: result.vectors.map(() => new Float32Array(length)) }))
  await other.serving.embed(['a'])
  length = 4
  await expect(other.serving.embed(['b'])).rejects.toMatchObject({
    code: 'MAESTRO_SERVING_UNEXPECTED_REPLY',
    message: expect.stringContaining('a vector of 4 dimensions among vectors of 3'),
  })
  const declared = embedding({ dimensions: 5 })
  await expect(declared.serving.embed(['a'])).rejects.toMatchObject({ code: 'MAESTRO_SERVING_UNEXPECTED_REPLY' })
})

test('truncated texts are reported, also when their vectors are cached', async () => {
  const { serving } = embedding({}, (result) => ({ ...result, truncated: [1] }))
  expect((await serving.embed(['a', 'long'])).truncated).toEqual([1])
  expect((await serving.embed(['long', 'a'])).truncated).toEqual([0])
})

test('an empty list of texts causes no call, and outside a run, nothing of a serving without an identity is reused', async () => {
  const none = embedding()
  expect((await none.serving.embed([])).vectors).toEqual([])
  expect(none.calls).toEqual([])
  const unknown = embedding({ identity: undefined })
  await unknown.serving.embed(['a'])
  await unknown.serving.embed(['a'])
  expect(unknown.calls).toHaveLength(2)
  await unknown.serving.embed(['a'], { run: 'r' })
  await unknown.serving.embed(['a'], { run: 'r' })
  expect(unknown.calls).toHaveLength(3)
})

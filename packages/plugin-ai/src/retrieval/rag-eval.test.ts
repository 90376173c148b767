import { pipeline, type Row } from '@maestro-dataflow/core'
import { MemoryStorage, maestro } from '@maestro-dataflow/core/runtime'
import { questionOf, scriptedEmbeddings, scriptedServing } from '@maestro-dataflow/testkit'
import { expect, test } from 'vitest'
import ai from '../plugin.js'
import { RagEvaluator, type RagEvaluatorOptions } from './rag-eval.js'

const claims = (...supported: readonly boolean[]) =>
  JSON.stringify({ claims: supported.map((one, at) => ({ claim: `c${at}`, supported: one })) })

async function evaluate(row: Row, options: RagEvaluatorOptions) {
  const storage = new MemoryStorage([row])
  const embedder = scriptedEmbeddings()
  await new RagEvaluator({ embedder, ...options }).run(storage)
  const [out] = await storage.rows()
  return out
}

test('faithfulness: the share of the answer’s claims that the context supports', async () => {
  const serving = scriptedServing([claims(true, true, false, true)])
  const row = { query: 'q', answer: 'The answer.', context: 'The context.' }
  expect(await evaluate(row, { serving, metrics: ['faithfulness'] })).toEqual({
    ...row,
    rag_faithfulness: 0.75,
    rag_gaps: {},
  })
  expect(questionOf(serving.requests[0] ?? { messages: [] })).toMatch(
    /<context>\nThe context\.\n<\/context>\n\n<text>\nThe answer\./,
  )
})

test('recall: the share of the reference’s claims', async () => {
  const serving = scriptedServing([claims(true, false)])
  const row = { reference: 'r', context: 'c' }
  expect(await evaluate(row, { serving, metrics: ['recall'], inputs: { reference: 'reference' } })).toMatchObject({
    rag_recall: 0.5,
  })
})

test('relevance: how near the question is to those that the answer would answer', async () => {
  const row = { query: 'What colour is the fox?', answer: 'It is red.' }
  const asked = (...questions: readonly string[]) => scriptedServing([JSON.stringify({ questions })])
  const measure = async (serving: ReturnType<typeof asked>) =>
    Number((await evaluate(row, { serving, metrics: ['relevance'] }))?.rag_relevance)
  expect(await measure(asked(row.query))).toBeCloseTo(1)
  const [near, far] = [await measure(asked('What colour is it?')), await measure(asked('Completely different words'))]
  expect(near).toBeGreaterThan(far + 0.2)
})

test('hits and rank need no model: ids, or passages with ids', async () => {
  const options = { inputs: { relevant: 'right', passages: 'found' } }
  const measure = async (found: unknown, right: unknown) => {
    const out = await evaluate({ found, right }, { ...options, metrics: ['hits', 'rank'], embedder: undefined })
    return [out?.rag_hits, out?.rag_rank]
  }
  expect(await measure([{ id: 'a' }, { id: 'b' }, { id: 'c' }], ['b', 'z'])).toEqual([0.5, 0.5])
  expect(await measure(['a', 'b'], 'z')).toEqual([0, 0])
  expect(await measure([], [])).toEqual([null, null])
})

test('a measure that cannot be taken is null, not 0, with the reason', async () => {
  const serving = scriptedServing([claims()])
  const options: RagEvaluatorOptions = {
    serving,
    metrics: ['faithfulness', 'relevance', 'recall'],
    inputs: { reference: 'reference' },
  }
  expect(await evaluate({ query: 'q', answer: null, context: 'c', reference: null }, options)).toMatchObject({
    rag_faithfulness: null,
    rag_relevance: null,
    rag_recall: null,
    rag_gaps: { faithfulness: 'no-answer', relevance: 'no-answer', recall: 'no-reference' },
  })
  expect(serving.requests).toEqual([])
  const metrics: RagEvaluatorOptions = { serving, metrics: ['faithfulness'] }
  expect(await evaluate({ answer: 'a', context: '' }, metrics)).toMatchObject({
    rag_gaps: { faithfulness: 'no-context' },
  })
  expect(await evaluate({ answer: 'a', context: 'c' }, metrics)).toMatchObject({
    rag_gaps: { faithfulness: 'no-claims' },
  })
})

test('a metric without what it needs is an error, alone and in the plan', async () => {
  expect(() => new RagEvaluator({ serving: scriptedServing([]), metrics: ['recall'] })).toThrow('recall needs it')
  expect(() => new RagEvaluator({ metrics: ['faithfulness'] })).toThrow('a serving is required')
  expect(() => new RagEvaluator({ serving: scriptedServing([]) })).toThrow('relevance requires an embedder')
  const asked = pipeline('p')
    .from([{ passages: [] }])
    .step('ai.rag-eval', { metrics: ['hits'] })
  await expect(maestro({ plugins: [ai] }).preview(asked)).rejects.toThrow('hits and rank needs it')
})

test('in a pipeline the columns are known by the metrics', async () => {
  const measured = pipeline('p')
    .from([{ passages: ['a'], right: ['a'] }])
    .step('ai.rag-eval', { metrics: ['hits'], inputs: { relevant: 'right' }, output: 'eval' })
    .map((row) => ({ hits: row.eval_hits, gaps: row.eval_gaps.hits ?? null }))
  expect(await Array.fromAsync(maestro({ plugins: [ai] }).rows(measured))).toEqual([{ hits: 1, gaps: null }])
})

import { expect, test } from 'vitest'
import type { RerankServing } from '../contracts/serving.js'
import { EnhancedRerankServing } from './enhanced-rerank-serving.js'

function reranking(scoresOf = (documents: readonly string[]) => documents.map(({ length }) => length / 10)) {
  const calls: (readonly string[])[] = []
  const provider: RerankServing = {
    kind: 'rerank',
    name: 'rerank',
    async rerank(_query, documents) {
      calls.push(documents)
      return { scores: scoresOf(documents), usage: { inputTokens: 7, outputTokens: 0 }, model: 'm' }
    },
  }
  return { serving: new EnhancedRerankServing(provider, { settings: { retries: 0 } }), calls }
}

test('scores in the order of the documents; each is kept by query and document', async () => {
  const { serving, calls } = reranking()
  const run = { run: 'r' }
  expect((await serving.rerank('q', ['a', 'bb'], run)).scores).toEqual([0.1, 0.2])
  expect((await serving.rerank('q', ['ccc', 'bb', 'a'], run)).scores).toEqual([0.3, 0.2, 0.1])
  expect(calls).toEqual([['a', 'bb'], ['ccc']])
  await serving.rerank('other', ['a'], run)
  expect(calls).toHaveLength(3)
})

test('fewer scores than documents, or no numbers, are no answer', async () => {
  for (const scores of [[1], [1, Number.NaN]])
    await expect(reranking(() => scores).serving.rerank('q', ['a', 'b'])).rejects.toMatchObject({
      code: 'MAESTRO_SERVING_UNEXPECTED_REPLY',
      message: expect.stringContaining('1 scores for 2 documents'),
    })
})

import assert from 'node:assert/strict'
import type { RerankServing } from '@maestro-dataflow/core'
import { lifeCases } from './life-cases.js'
import { watch } from './outcomes.js'
import { assertTypedError, type ServingSubject, type ServingSuiteOptions, servingSubjects } from './serving-subject.js'
import { createSuite, type Suite } from './suite.js'

type RerankSubject = ServingSubject<RerankServing>

const query = 'Where does the red fox sleep?'
const documents = [
  'Interest rates rose again in spring.',
  'The red fox does sleep in the warm sun.',
  '船在海上航行 ⛵',
  'A ship sails on a stormy sea.',
]

const cases = {
  async 'gives one score for each document, in their order'(subject: RerankSubject) {
    const forwards = await rerank(subject, documents)
    const backwards = await rerank(subject, documents.toReversed())
    assertAlike(forwards, backwards.toReversed())
  },

  async 'the document that answers has the highest score'(subject: RerankSubject) {
    const scores = await rerank(subject, documents)
    assert.equal(scores.indexOf(Math.max(...scores)), 1, `the scores are ${scores.join(', ')}`)
  },

  async 'equal documents have equal scores'(subject: RerankSubject) {
    const [first = '', second = ''] = documents
    const scores = await rerank(subject, [first, second, first])
    assertAlike(scores.slice(0, 1), scores.slice(2))
    assertAlike(scores, await rerank(subject, [first, second, first]))
  },

  async 'no document gives no score'({ serving }: RerankSubject) {
    assert.deepEqual([...(await serving.rerank(query, [])).scores], [])
  },

  async 'an empty document or query is scored or refused with a typed error'(subject: RerankSubject) {
    for (const [asked, given] of [
      [query, ['', 'a document']],
      ['', documents],
    ] as const) {
      const outcome = await watch(subject.serving.rerank(asked, given)).outcome
      if ('error' in outcome) assertTypedError(subject, outcome)
      else assert.equal(outcome.value.scores.length, given.length)
    }
  },

  async 'many calls at once each get their own scores'(subject: RerankSubject) {
    const orders = documents.map((_, index) => [...documents.slice(index), ...documents.slice(0, index)])
    const alone = await rerank(subject, documents)
    const together = await Promise.all(orders.map((order) => rerank(subject, order)))
    for (const [index, scores] of together.entries())
      assertAlike(scores, [...alone.slice(index), ...alone.slice(0, index)])
  },

  ...lifeCases<RerankServing, RerankSubject>({
    quick: (_, serving) => serving.rerank(query, documents.slice(0, 1)),
    long: (_, serving, options) =>
      serving.rerank(
        query,
        Array.from({ length: 200 }, (_, index) => `${index} ${documents.join(' ')}`),
        options,
      ),
  }),
}

/** The cases of the suite for rerank models. */
export type RerankServingCase = keyof typeof cases

/**
 * The rules for every rerank model.
 *
 * @param makeServing Creates a new one at each call; the suite disposes what it created.
 */
export function rerankServingSuite(
  makeServing: () => RerankServing | Promise<RerankServing>,
  options: ServingSuiteOptions<RerankServingCase> = {},
): Suite {
  return createSuite({ title: 'a model that reranks', cases, options, ...servingSubjects(makeServing, options) })
}

async function rerank({ serving }: RerankSubject, given: readonly string[]): Promise<readonly number[]> {
  const { scores, model } = await serving.rerank(query, given)
  assert.equal(scores.length, given.length, 'scores and documents are not equally many')
  assert.ok(scores.every(Number.isFinite), `a score is not a number: ${scores.join(', ')}`)
  assert.ok(typeof model === 'string' && model !== '', 'the model is not named')
  return scores
}

function assertAlike(some: readonly number[], others: readonly number[]): void {
  assert.equal(some.length, others.length)
  for (const [index, score] of some.entries()) {
    const other = others[index] ?? Number.NaN
    assert.ok(Math.abs(score - other) <= 1e-4 * Math.max(1, Math.abs(score)), `score ${index} is ${score} and ${other}`)
  }
}

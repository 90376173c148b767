import assert from 'node:assert/strict'
import type { RerankServing } from '@maestro-dataflow/core'
import { lifeCases } from './life-cases.js'
import { watch } from './outcomes.js'
import { propertyNames } from './property-names.js'
import { assertTypedError, type ServingSubject, type ServingSuiteOptions, servingSubjects } from './serving-subject.js'
import { createSuite, type Suite } from './suite.js'

interface RerankSubject extends ServingSubject<RerankServing> {
  /** The models that its results named. */
  readonly models: Set<string>
}

const query = 'Where does the red fox sleep?'
const documents = [
  'Interest rates rose again in spring.',
  'The red fox does sleep in the warm sun.',
  '船在海上航行 ⛵',
  'A ship sails on the stormy sea.',
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

  async 'another query has other scores'({ serving }: RerankSubject) {
    const { scores } = await serving.rerank('Which ship sails on the sea?', [...documents])
    assert.equal(scores.indexOf(Math.max(...scores)), 3, `the scores are ${scores.join(', ')}`)
  },

  async 'a document has the same score alone and among others'(subject: RerankSubject) {
    const together = await rerank(subject, documents)
    const alone = await Promise.all(documents.map((document) => rerank(subject, [document])))
    assertAlike(together, alone.flat())
    assertAlike(await rerank(subject, documents.slice(2)), together.slice(2))
  },

  async 'each of many documents is scored'(subject: RerankSubject) {
    const others = Array.from({ length: 150 }, (_, index) => `Interest rates rose again in the year ${index}.`)
    const [, answer = ''] = documents
    const scores = await rerank(subject, others.with(120, answer))
    assert.equal(scores.indexOf(Math.max(...scores)), 120, 'the document that answers is not found among many')
  },

  async 'a document of some sentences is read to its end'(subject: RerankSubject) {
    const beginning = 'Interest rates rose again in spring, as they did in the year before. '.repeat(4)
    const [with_ = 0, without = 0] = await rerank(subject, [
      `${beginning}${documents[1]}`,
      `${beginning}${documents[0]}`,
    ])
    assert.ok(with_ > without, 'the answer at the end of a document was not read')
  },

  async 'invalid and unusual characters are accepted'(subject: RerankSubject) {
    for (const text of ['half a pair \uD83D', 'a\u0000b', '\u200B', '[SEP] </s>', '🏳️‍🌈'.repeat(50)]) {
      const outcome = await watch(subject.serving.rerank(text, [text, ...documents])).outcome
      if ('error' in outcome) assertTypedError(subject, outcome)
      else assert.equal(outcome.value.scores.length, documents.length + 1)
    }
  },

  async 'documents that are numbers or names of properties keep their places'(subject: RerankSubject) {
    const odd = ['10', '9', ...propertyNames]
    const scores = async (given: readonly string[]) => {
      const { scores } = await subject.serving.rerank('10', given)
      assert.equal(scores.length, given.length, 'scores and documents are not equally many')
      assert.ok(scores.every(Number.isFinite), `a score is not a number: ${scores.join(', ')}`)
      return scores
    }
    assertAlike((await scores(odd)).toReversed(), await scores(odd.toReversed()))
  },

  async 'a later change of returned scores does not change the next ones'(subject: RerankSubject) {
    const first = await rerank(subject, documents)
    const copy = [...first]
    const second = await rerank(subject, documents.toReversed())
    assertAlike(copy, first)
    ;(second as number[]).fill(0)
    assertAlike(copy, await rerank(subject, documents))
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
      ['', [...documents]],
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
    quick: (_, serving, options) => serving.rerank(query, documents.slice(0, 1), options),
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
  const { open, close } = servingSubjects(makeServing, options)
  const title = 'a model that reranks'
  return createSuite({
    title,
    cases,
    options,
    open: async () => ({ ...(await open()), models: new Set<string>() }),
    close,
  })
}

async function rerank({ serving, models }: RerankSubject, given: readonly string[]): Promise<readonly number[]> {
  const documents = [...given]
  const { scores, model, usage, cost } = await serving.rerank(query, documents)
  assert.deepEqual(documents, given, 'the list of documents was changed')
  assert.equal(scores.length, given.length, 'scores and documents are not equally many')
  assert.ok(scores.every(Number.isFinite), `a score is not a number: ${scores.join(', ')}`)
  assert.ok(typeof model === 'string' && model !== '', 'the model is not named')
  models.add(model)
  assert.equal(models.size, 1, `it names several models: ${[...models].join(', ')}`)
  for (const tokens of Object.values({ inputTokens: 0, ...usage }))
    assert.ok(Number.isInteger(tokens) && tokens >= 0, `${tokens} tokens were used`)
  assert.ok(cost === undefined || (Number.isFinite(cost) && cost >= 0), `the cost is ${cost}`)
  return scores
}

function assertAlike(some: readonly number[], others: readonly number[]): void {
  assert.equal(some.length, others.length)
  for (const [index, score] of some.entries()) {
    const other = others[index] ?? Number.NaN
    assert.ok(Math.abs(score - other) <= 1e-4 * Math.max(1, Math.abs(score)), `score ${index} is ${score} and ${other}`)
  }
}

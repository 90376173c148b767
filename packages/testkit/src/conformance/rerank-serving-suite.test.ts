import { EnhancedRerankServing, type RerankServing } from '@maestro-dataflow/core'
import { describe, expect, test } from 'vitest'
import { casesWithoutFault, failedCases, foundBy } from '../__fixtures__/failed-cases.js'
import { hurriedRerankers } from '../__fixtures__/wrong-parts/hurried/servings-and-stores.js'
import { wrongRerankers } from '../__fixtures__/wrong-parts/wrong-rerankers.js'
import { scriptedRerank } from '../scripted/scripted-rerank.js'
import { describeRerankServing } from '../vitest.js'
import { type RerankServingCase, rerankServingSuite } from './rerank-serving-suite.js'

describeRerankServing(() => scriptedRerank(), { title: 'a scripted reranker' })
describeRerankServing(() => new EnhancedRerankServing(scriptedRerank()), { title: 'EnhancedRerankServing' })

const scores =
  (change: (scores: number[]) => number[]) =>
  (model: RerankServing): Partial<RerankServing> => ({
    async rerank(...call) {
      const result = await model.rerank(...call)
      return { ...result, scores: change([...result.scores]) }
    },
  })

const faults: Readonly<
  Record<string, [plant: (model: RerankServing) => Partial<RerankServing>, ...cases: RerankServingCase[]]>
> = {
  'scores from high to low': [
    scores((given) => given.toSorted((a, b) => b - a)),
    'gives one score for each document, in their order',
    'the document that answers has the highest score',
    'many calls at once each get their own scores',
  ],
  'fewer scores than documents': [
    scores((given) => given.slice(1)),
    'gives one score for each document, in their order',
    'an empty document or query is scored or refused with a typed error',
  ],
  'distances for scores': [
    scores((given) => given.map((score) => 1 - score)),
    'the document that answers has the highest score',
  ],
  'scores that hang on the place': [
    scores((given) => given.map((score, place) => score + place / 10)),
    'equal documents have equal scores',
  ],
  'a score for no document': [scores((given) => (given.length === 0 ? [0] : given)), 'no document gives no score'],
}

describe('the suite for rerankers fails for', () => {
  test.each(Object.entries(faults))('%s', async (_, [plant, ...cases]) => {
    const broken = () => ({ ...scriptedRerank(), ...plant(scriptedRerank()) })
    expect(await failedCases(rerankServingSuite(broken))).toEqual(expect.arrayContaining(cases))
  })

  test('each of its own cases is failed by a planted fault', () => {
    const shared = casesWithoutFault(rerankServingSuite(scriptedRerank), {
      ...faults,
      ...foundBy(wrongRerankers),
      ...foundBy(hurriedRerankers),
    })
    expect(shared).toEqual(expect.arrayContaining(['says what it is', 'a call ends when its signal fires']))
    expect(shared).toHaveLength(11)
  })
})

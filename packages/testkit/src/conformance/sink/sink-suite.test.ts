import { expect, test } from 'vitest'
import { casesWithoutFault, failureOf } from '../../__fixtures__/failed-cases.js'
import { rightSink, sinkSettings, wrongSinks } from '../../__fixtures__/wrong-parts/storages-for-the-suite.js'
import { runSuite } from '../suite.js'
import { sinkSuite } from './sink-suite.js'

test('a right sink passes', async () => {
  const outcomes = await runSuite(sinkSuite(rightSink, sinkSettings))
  expect(outcomes.filter(({ error }) => error !== undefined)).toEqual([])
})

test.each(wrongSinks)('a sink that $fault is found by: $rule', async ({ part, rule }) => {
  expect(await failureOf(sinkSuite(part, { ...sinkSettings, patience: 1000 }), rule)).toBeDefined()
})

test('each case is failed by a planted fault', () => {
  const faults = Object.fromEntries(wrongSinks.map(({ fault, rule }) => [fault, [fault, rule]] as const))
  expect(casesWithoutFault(sinkSuite(rightSink, sinkSettings), faults)).toEqual([])
})

import { expect, test } from 'vitest'
import { casesWithoutFault, failureOf } from '../../__fixtures__/failed-cases.js'
import { MemoryEngine, wrongEngines } from '../../__fixtures__/wrong-parts/table-engines.js'
import { runSuite } from '../suite.js'
import { tableEngineSuite } from './table-engine-suite.js'

test('a right engine passes', async () => {
  const outcomes = await runSuite(tableEngineSuite(() => new MemoryEngine()))
  expect(outcomes.filter(({ error }) => error !== undefined)).toEqual([])
})

test.each(wrongEngines)('a table engine that $fault is found by: $rule', async ({ make, rule }) => {
  expect(await failureOf(tableEngineSuite(make, { patience: 1000 }), rule)).toBeDefined()
})

test('each case is failed by a planted fault', () => {
  const faults = Object.fromEntries(wrongEngines.map(({ fault, rule }) => [fault, [fault, rule]] as const))
  expect(
    casesWithoutFault(
      tableEngineSuite(() => new MemoryEngine()),
      faults,
    ),
  ).toEqual([])
})

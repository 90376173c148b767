import type { Executor } from '@maestro-dataflow/core'
import { afterEach, expect, test } from 'vitest'
import { casesWithoutFault, failedCases, failureOf } from '../../__fixtures__/failed-cases.js'
import { carelessExecutors } from '../../__fixtures__/wrong-parts/careless/executors.js'
import {
  executorsForTheSuite,
  rightExecutor,
  rightExecutorWithWorkers,
} from '../../__fixtures__/wrong-parts/executors-for-the-suite.js'
import { silentExecutors, wrongExecutors } from '../../__fixtures__/wrong-parts/wrong-executors.js'
import { executorSuite } from './executor-suite.js'

test.each([
  { which: 'without workers', make: rightExecutor },
  { which: 'with workers', make: rightExecutorWithWorkers },
])('a right executor $which passes', async ({ make }) => {
  expect(await failedCases(executorSuite(make))).toEqual([])
})

const wrong = [...executorsForTheSuite, ...carelessExecutors]
afterEach(() => delete process.env.ACME_WORKERS)

test.each(wrong)('an executor that $fault is found by: $rule', async ({ make, rule }) => {
  expect(await failureOf(executorSuite(make, { patience: 300 }), rule)).toBeDefined()
})

test.each<{ fault: string; part: Executor }>([...wrongExecutors, ...silentExecutors])(
  'the suite finds an executor that $fault',
  async ({ part }) => {
    expect(await failedCases(executorSuite(() => part, { patience: 300 }))).not.toEqual([])
  },
)

test('each case is failed by a planted fault', () => {
  const faults = Object.fromEntries(wrong.map(({ fault, rule }) => [fault, [fault, rule]] as const))
  expect(casesWithoutFault(executorSuite(rightExecutor), faults)).toEqual([])
})

import { expect, test } from 'vitest'
import { casesWithoutFault, failureOf } from '../../__fixtures__/failed-cases.js'
import { carelessSources, resumable } from '../../__fixtures__/wrong-parts/careless/sources.js'
import { hastySources } from '../../__fixtures__/wrong-parts/hasty/storages.js'
import { absent, rows, source, wrongSources } from '../../__fixtures__/wrong-parts/storages-for-the-suite.js'
import { wrongSources as endingRuns } from '../../__fixtures__/wrong-parts/wrong-sources.js'
import { runSuite } from '../suite.js'
import { sourceSuite } from './source-suite.js'

const missing = { name: 'nowhere' }
const absence = 'a source that does not exist causes a typed error'

test('a right source passes', async () => {
  const outcomes = [
    ...(await runSuite(sourceSuite(source(), { rows }))),
    ...(await runSuite(sourceSuite(absent(true), { rows, missing }))),
    ...(await runSuite(
      sourceSuite(
        resumable(() => ({})),
        { rows },
      ),
    )),
  ]
  expect(outcomes.filter(({ error }) => error !== undefined)).toEqual([])
})

test.each(wrongSources)('a source that $fault is found by: $rule', async ({ part, rule }) => {
  expect(await failureOf(sourceSuite(part, { rows, patience: 1000 }), rule)).toBeDefined()
})

test.each(carelessSources)('a source that $fault is found by: $rule', async ({ part, rule, rows: given = rows }) => {
  expect(await failureOf(sourceSuite(part, { rows: given, patience: 500 }), rule)).toBeDefined()
})

test('a source that finds nothing must say so with a typed error', async () => {
  expect(await failureOf(sourceSuite(absent(false), { missing }), absence)).toContain('not typed')
})

test.each(endingRuns)('the suite hears of what the runner finds: a source that $fault', async ({ part }) => {
  expect(await failureOf(sourceSuite(part), 'a run reads it without an error')).toContain('MAESTRO_SOURCE_CONTRACT')
})

test('each case is failed by a planted fault', () => {
  const faults = Object.fromEntries(
    [...wrongSources, ...carelessSources, ...hastySources].map(({ fault, rule }) => [fault, [fault, rule]] as const),
  )
  expect(casesWithoutFault(sourceSuite(source(), { rows }), faults)).toEqual([])
})

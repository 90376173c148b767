import { afterEach, describe, expect, test } from 'vitest'
import { casesWithoutFault, failureOf } from '../../__fixtures__/failed-cases.js'
import { carelessOperators } from '../../__fixtures__/wrong-parts/careless/operators.js'
import { hurriedOperators } from '../../__fixtures__/wrong-parts/hurried/operators.js'
import { operatorsForTheSuite, rightOperators, rows } from '../../__fixtures__/wrong-parts/operators-for-the-suite.js'
import { wrongOperators } from '../../__fixtures__/wrong-parts/wrong-operators.js'
import { runSuite } from '../suite.js'
import { operatorSuite } from './operator-suite.js'

// One of the faults changes it for the whole process.
afterEach(() => void Reflect.deleteProperty(Array.prototype, 'acme'))

test.each(rightOperators)('a right operator passes: $fault', { timeout: 240_000 }, async ({ part, settings }) => {
  const outcomes = await runSuite(operatorSuite(part, { rows, ...settings }))
  expect(outcomes.filter(({ error }) => error !== undefined)).toEqual([])
})

describe.each([...operatorsForTheSuite, ...carelessOperators])(
  'an operator that $fault',
  ({ part, rule, settings }) => {
    test(`is found by: ${rule}`, async () => {
      expect(await failureOf(operatorSuite(part, { rows, patience: 1000, ...settings }), rule)).toBeDefined()
    })
  },
)

test.each(wrongOperators)('the suite hears of what the runner finds: an operator that $fault', async ({ part }) => {
  const numbered = [0, 1, 2].map((n) => ({ n, name: `row ${n}`, tags: ['z', 'a'] }))
  const failure = await failureOf(operatorSuite(part, { rows: numbered }), 'it processes the sample rows')
  expect(failure).toContain('MAESTRO_STEP_CONTRACT')
})

test('a failure names step, row, and column, and shows the smallest example', async () => {
  const wrong = operatorsForTheSuite.find(({ fault }) => fault === 'returns a number for a text of digits')
  const rule = 'values of all kinds are processed as declared, or rejected with a typed error'
  const failure = await failureOf(operatorSuite(wrong?.part as never, { rows }), rule)
  expect(failure).toMatch(/in the column "result", which it declares as string.*step tested, row r1/)
  expect(failure).toMatch(/Smallest example that fails \(seed 1\):\n\[ \{ text: '-?\d+'.* \} \]/)
})

test('each case is failed by a planted fault', () => {
  const suite = operatorSuite(rightOperators[0]?.part as never, { rows })
  const faults = Object.fromEntries(
    [...operatorsForTheSuite, ...hurriedOperators].map(({ fault, rule }) => [fault, [fault, rule]] as const),
  )
  expect(casesWithoutFault(suite, faults)).toEqual([])
})
